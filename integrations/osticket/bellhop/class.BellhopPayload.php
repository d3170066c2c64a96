<?php
/**
 * From osTicket's objects to what Bellhop's osTicket adapter reads. Objects that are missing become null, never an error.
 */
class BellhopPayload
{
    /** Characters of a body that are sent: Bellhop shows an excerpt, and mentions stand near the start. */
    const MAX_BODY = 60000;
    /** Agents looked up in one note. */
    const MAX_MENTIONS = 20;

    /** Who acts: the agent who is signed in, else the customer, else osTicket itself. */
    public static function actor($ticket)
    {
        global $thisstaff, $thisclient;
        if ($thisstaff) {
            return array('kind' => 'agent') + self::person($thisstaff);
        }
        if ($thisclient) {
            return array('kind' => 'customer') + self::person($thisclient);
        }
        // Mail is fetched by cron: a message that just came in is its writer's doing.
        $isFromMail = $ticket && BellhopOutbox::hasJustWritten($ticket->getId());
        return $isFromMail ? array('kind' => 'customer') + self::person($ticket->getOwner()) : array('kind' => 'system');
    }

    public static function writer($entry)
    {
        if ($staff = $entry->getStaff()) {
            return array('kind' => 'agent') + self::person($staff);
        }
        if ($user = $entry->getUser()) {
            return array('kind' => 'customer') + self::person($user);
        }
        return array('kind' => $entry->getType() === 'M' ? 'customer' : 'system', 'name' => (string) $entry->getPoster());
    }

    public static function ticket($ticket)
    {
        global $cfg;
        $topic = $ticket->getHelpTopic();
        $priority = $ticket->getPriority();
        $collaborators = array();
        foreach ($ticket->getCollaborators() ?: array() as $one) {
            $collaborators[] = array('id' => $one->getUserId(), 'name' => (string) $one->getName(), 'email' => (string) $one->getEmail());
        }
        return array(
            'id' => (int) $ticket->getId(),
            'number' => (string) $ticket->getNumber(),
            'subject' => (string) $ticket->getSubject(),
            'url' => $cfg ? $cfg->getUrl() . 'scp/tickets.php?id=' . $ticket->getId() : null,
            'status' => $ticket->getStatus() ? (string) $ticket->getStatus()->getName() : null,
            'state' => (string) $ticket->getState(),
            'priority' => $priority ? (string) $priority : null,
            'source' => (string) $ticket->source,
            'help_topic' => $topic ? (string) $topic : null,
            'department' => self::department($ticket->getDeptId()),
            'staff' => self::staff($ticket->getStaffId()),
            'team' => self::team($ticket->getTeamId()),
            'user' => ($owner = $ticket->getOwner()) ? self::person($owner) : null,
            'collaborators' => $collaborators,
        );
    }

    public static function entry($entry)
    {
        $body = $entry->getBody();
        $isHtml = $body->getType() === 'html';
        $text = mb_substr((string) $body->getClean(), 0, self::MAX_BODY);
        $files = array();
        foreach ($entry->getAttachments() as $file) {
            if (!$file->inline) {
                $files[] = array('name' => (string) $file->getFilename());
            }
        }
        return array(
            'id' => (int) $entry->getId(),
            'format' => $isHtml ? 'html' : 'text',
            'body' => $text,
            'auto_reply' => (bool) $entry->isAutoReply(),
            'bounce' => (bool) $entry->isBounce(),
            'mentions' => $entry->getType() === 'N' ? self::mentions($isHtml ? strip_tags($text) : $text) : array(),
            'attachments' => $files,
        );
    }

    /** `@jsmith`, by the agents' user names. */
    private static function mentions($text)
    {
        preg_match_all('/(?<![\w.@\/-])@([\w.-]*\w)/u', $text, $found);
        $people = array();
        foreach (array_slice(array_unique($found[1]), 0, self::MAX_MENTIONS) as $name) {
            // A number would be looked up as an id.
            if (!is_numeric($name) && ($staff = Staff::lookup($name))) {
                $people[] = self::person($staff);
            }
        }
        return $people;
    }

    public static function isFirst($entry)
    {
        $earlier = array('thread_id' => $entry->getThreadId(), 'type' => 'M', 'id__lt' => $entry->getId());
        return ThreadEntry::objects()->filter($earlier)->count() == 0;
    }

    public static function firstMessage($ticket)
    {
        $messages = array('thread_id' => $ticket->getThreadId(), 'type' => 'M');
        return ThreadEntry::objects()->filter($messages)->order_by('id')->first();
    }

    public static function staff($id)
    {
        $staff = $id ? Staff::lookup((int) $id) : null;
        return $staff ? self::person($staff) : null;
    }

    public static function team($id)
    {
        $team = $id ? Team::lookup((int) $id) : null;
        return $team ? array('id' => (int) $team->getId(), 'name' => (string) $team->getName()) : null;
    }

    public static function department($id)
    {
        $department = $id ? Dept::lookup((int) $id) : null;
        return $department ? array('id' => (int) $department->getId(), 'name' => (string) $department->getName()) : null;
    }

    /** Staff, User or the signed-in session of either. */
    public static function person($person)
    {
        return array('id' => (int) $person->getId(), 'name' => (string) $person->getName(), 'email' => (string) $person->getEmail());
    }

    /** The system log's entry as an event, if it is one that an administrator is told of. Null for the others. */
    public static function alert($entry)
    {
        $title = (string) $entry['title'];
        $about = array('title' => $title, 'detail' => mb_substr((string) $entry['body'], 0, 8000), 'actor' => array('kind' => 'system'));
        // Titles are in the helpdesk's language: osTicket's own words, translated as it translates them.
        if ($account = self::between($title, _S('Excessive login attempts (%s)'))) {
            return array('event' => 'excessive_logins') + self::login($entry, $account) + $about;
        }
        if ($email = self::between($title, _S('Maximum Open Tickets Limit (%s)'))) {
            global $cfg;
            $limit = (int) $cfg->getMaxOpenTickets();
            return array('event' => 'overlimit', 'contact' => array('email' => $email), 'limit' => $limit, 'open_tickets' => $limit) + $about;
        }
        if ((int) $entry['level_id'] !== 1) {
            return null;
        }
        return array('event' => strpos($title, 'DB Error #') === 0 ? 'sql_error' : 'system_error') + $about;
    }

    /** osTicket writes an agent's as a warning with the user name, a customer's as an error without it. */
    private static function login($entry, $account)
    {
        $isAgent = (int) $entry['level_id'] !== 1;
        $who = $isAgent ? 'staff' : 'user';
        $given = isset($_POST['luser']) && is_string($_POST['luser']) ? $_POST['luser'] : null;
        $strikes = isset($_SESSION['_auth'][$who]['strikes']) ? (int) $_SESSION['_auth'][$who]['strikes'] : null;
        return array(
            'account' => $isAgent ? $account : $given,
            'account_kind' => $isAgent ? 'agent' : 'customer',
            'ip' => isset($_SERVER['REMOTE_ADDR']) ? $_SERVER['REMOTE_ADDR'] : null,
            'attempts' => $strikes,
        );
    }

    /** What stands for `%s` in a text made of that pattern. */
    private static function between($text, $pattern)
    {
        $parts = explode('%s', $pattern, 2);
        $regex = '/^' . preg_quote($parts[0], '/') . '(.+)' . preg_quote(isset($parts[1]) ? $parts[1] : '', '/') . '$/us';
        return preg_match($regex, $text, $found) ? $found[1] : null;
    }
}
