<?php
/** As much of osTicket as the plugin touches. */
function _S($text)
{
    return $text;
}

class Signal
{
    private static $handlers = array();

    public static function connect($signal, $handler, $class = null)
    {
        self::$handlers[$signal][] = array($handler, $class);
    }

    public static function send($signal, $object, &$data = null)
    {
        foreach (isset(self::$handlers[$signal]) ? self::$handlers[$signal] : array() as $one) {
            if (!$one[1] || is_a($object, $one[1])) {
                call_user_func_array($one[0], array($object, &$data));
            }
        }
    }
}

class Plugin
{
    private $config;

    public function __construct($config)
    {
        $this->config = $config;
    }

    public function getConfig()
    {
        return $this->config;
    }
}

class PluginConfig
{
    private $values;

    public function __construct($values)
    {
        $this->values = $values;
    }

    public function get($key, $default = null)
    {
        return isset($this->values[$key]) ? $this->values[$key] : $default;
    }
}

class Person
{
    private $about;

    public function __construct($id, $name, $email)
    {
        $this->about = array($id, $name, $email);
    }

    public function getId()
    {
        return $this->about[0];
    }

    public function getUserId()
    {
        return $this->about[0];
    }

    public function getName()
    {
        return $this->about[1];
    }

    public function getEmail()
    {
        return $this->about[2];
    }

    public function alertOnOverdue()
    {
        return true;
    }

    public function getMaxOpenTickets()
    {
        return 5;
    }

    public function getUrl()
    {
        return 'https://desk.example.com/';
    }
}

class Staff
{
    public static function lookup($key)
    {
        $all = array(3 => new Person(3, 'Jane Smith', 'jane@example.com'), 4 => new Person(4, 'Ben Okafor', 'ben@example.com'));
        $names = array('jane' => 3, 'ben' => 4);
        $id = isset($names[$key]) ? $names[$key] : $key;
        return isset($all[$id]) ? $all[$id] : null;
    }
}

class Team
{
    public static function lookup($id)
    {
        return new Person($id, "Team $id", '');
    }
}

class Dept
{
    public static function lookup($id)
    {
        return new Person($id, "Dept $id", '');
    }
}

class Ticket
{
    public $source = 'Email';
    public $closed = false;
    public $breaks = false;
    private $id;

    public function __construct($id)
    {
        $this->id = $id;
    }

    public function getId()
    {
        return $this->id;
    }

    public function getThreadId()
    {
        return 1;
    }

    public function getNumber()
    {
        return '650421';
    }

    public function getSubject()
    {
        if ($this->breaks) {
            throw new Exception('broken on purpose');
        }
        return 'Login Issue';
    }

    public function getHelpTopic()
    {
        return null;
    }

    public function getPriority()
    {
        return 'Normal';
    }

    public function getCollaborators()
    {
        return array(new Person(9, 'Dora Lima', 'dora@example.org'));
    }

    public function getStatus()
    {
        return new Person(1, $this->closed ? 'Closed' : 'Open', '');
    }

    public function getState()
    {
        return $this->closed ? 'closed' : 'open';
    }

    public function isOpen()
    {
        return !$this->closed;
    }

    public function getSLA()
    {
        return new Person(1, 'Default', '');
    }

    public function getDeptId()
    {
        return 3;
    }

    public function getStaffId()
    {
        return 4;
    }

    public function getTeamId()
    {
        return 7;
    }

    public function getOwner()
    {
        return new Person(8, 'Carla Reis', 'carla@example.org');
    }
}

class ThreadEntry
{
    public static $earlier = 0;
    private $about;

    public function __construct($id, $type, $ticket, $staff = null, $text = '<p>It is broken.</p>')
    {
        $this->about = array($id, $type, $ticket, $staff, $text);
    }

    public static function objects()
    {
        return new static(101, 'M', null);
    }

    public function filter($by)
    {
        return $this;
    }

    public function order_by($column)
    {
        return $this;
    }

    public function count()
    {
        return self::$earlier;
    }

    public function first()
    {
        return $this;
    }

    public function getId()
    {
        return $this->about[0];
    }

    public function getType()
    {
        return $this->about[1];
    }

    public function getThread()
    {
        return $this;
    }

    public function getThreadId()
    {
        return 1;
    }

    public function getObject()
    {
        return $this->about[2];
    }

    public function isSystem()
    {
        return false;
    }

    public function getStaff()
    {
        return $this->about[3];
    }

    public function getUser()
    {
        return $this->about[3] ? null : new Person(8, 'Carla Reis', 'carla@example.org');
    }

    public function getPoster()
    {
        return 'SYSTEM';
    }

    public function getBody()
    {
        return new Body($this->about[4]);
    }

    public function getAttachments()
    {
        return array();
    }

    public function isAutoReply()
    {
        return false;
    }

    public function isBounce()
    {
        return false;
    }
}

class Body
{
    private $text;

    public function __construct($text)
    {
        $this->text = $text;
    }

    public function getType()
    {
        return 'html';
    }

    public function getClean()
    {
        return $this->text;
    }
}

$GLOBALS['cfg'] = new Person(0, '', '');
