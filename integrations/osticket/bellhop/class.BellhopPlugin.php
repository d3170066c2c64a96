<?php
/**
 * Listens to osTicket's signals and hands what concerns agents to the outbox, which posts it when the page is done.
 *
 * Nothing in here may break osTicket: each handler catches whatever goes wrong and writes it to PHP's error log (never to
 * osTicket's own, whose signal we listen to).
 */
require_once INCLUDE_DIR . 'class.plugin.php';
require_once INCLUDE_DIR . 'class.signal.php';
require_once __DIR__ . '/class.BellhopConfig.php';
require_once __DIR__ . '/class.BellhopOutbox.php';
require_once __DIR__ . '/class.BellhopPayload.php';

class BellhopPlugin extends Plugin
{
    public $config_class = 'BellhopConfig';

    /** @var BellhopOutbox */
    private $outbox;
    /** @var bool */
    private $sendViews;
    /** @var bool */
    private $sendAlerts;
    /** Former values of tickets that were saved in this request: ticket id => column => value. */
    private $before = array();
    /** Teams that tickets were given to, until a signal says who did it: ticket id => Ticket. */
    private $teamChanges = array();
    /** Tickets that an agent was taken off: ticket id => Ticket. */
    private $released = array();

    /** One Bellhop for one osTicket: with several instances each event would be sent as often. */
    public function isMultiInstance()
    {
        return false;
    }

    public function bootstrap()
    {
        // osTicket lays the settings of the instance over ours for the time of this call only: they are read here.
        $config = $this->getConfig();
        $url = trim((string) $config->get('hook_url'));
        $secret = (string) $config->get('secret');
        if ($url === '' || $secret === '') {
            return;
        }
        $this->sendViews = (bool) $config->get('send_views', true);
        $this->sendAlerts = (bool) $config->get('send_alerts', true);
        $this->outbox = new BellhopOutbox($url, $secret, array($this, 'beforeSending'));
        $this->listen('ticket.created', 'onCreated', 'Ticket');
        $this->listen('threadentry.created', 'onEntry', 'ThreadEntry');
        $this->listen('object.created', 'onLogged', 'Ticket');
        $this->listen('object.edited', 'onEdited', 'Ticket');
        $this->listen('model.updated', 'onSaved', 'Ticket');
        $this->listen('cron', 'onCron');
        if ($this->sendViews) {
            $this->listen('object.view', 'onView', 'Ticket');
        }
        if ($this->sendAlerts) {
            $this->listen('syslog', 'onSyslog');
        }
    }

    /** Connects a signal to one of our methods, so that nothing thrown in it gets out. */
    private function listen($signal, $method, $class = null)
    {
        $handler = function ($object, $data = null) use ($method) {
            try {
                $this->$method($object, $data);
            } catch (Throwable $error) {
                error_log('Bellhop: ' . $method . ': ' . $error->getMessage());
            }
        };
        Signal::connect($signal, $handler, $class);
    }

    private function onCreated($ticket)
    {
        global $thisstaff;
        $first = BellhopPayload::firstMessage($ticket);
        // Unless an agent made it, a ticket is its customer's, whoever fetched the mail.
        $by = $thisstaff ?: $ticket->getOwner();
        $event = array(
            'actor' => array('kind' => $thisstaff ? 'agent' : 'customer') + BellhopPayload::person($by),
            'ticket' => BellhopPayload::ticket($ticket),
        );
        if ($first) {
            $event['entry'] = BellhopPayload::entry($first);
        }
        $this->outbox->put('created', $event);
    }

    /** A message of a customer, a reply or a note. The first message is told with the new ticket. */
    private function onEntry($entry)
    {
        $names = array('M' => 'message', 'R' => 'reply', 'N' => 'note');
        $type = $entry->getType();
        $thread = $entry->getThread();
        $ticket = $thread ? $thread->getObject() : null;
        if (!isset($names[$type]) || !$ticket instanceof Ticket || $entry->isSystem()) {
            return;
        }
        if ($type === 'M' && BellhopPayload::isFirst($entry)) {
            return;
        }
        $this->outbox->put($names[$type], array(
            'actor' => BellhopPayload::writer($entry),
            'ticket' => BellhopPayload::ticket($ticket),
            'entry' => BellhopPayload::entry($entry),
        ));
    }

    /** Entries of the ticket's history. */
    private function onLogged($ticket, $data)
    {
        $type = isset($data['type']) ? $data['type'] : '';
        switch ($type) {
            case 'transferred':
                $from = BellhopPayload::department($this->formerly($ticket, 'dept_id'));
                $this->tell($ticket, $type, $from ? array('from_department' => $from) : array());
                break;
            case 'reopened':
                $this->reopened($ticket);
                break;
            case 'overdue':
                $sla = $ticket->getSLA();
                $this->tell($ticket, $type, array('alerts_disabled' => $sla && !$sla->alertOnOverdue()));
                break;
            case 'closed':
            case 'merged':
                $this->tell($ticket, $type);
                break;
        }
    }

    /** A customer's message that reopens is one event, not two. */
    private function reopened($ticket)
    {
        $previous = BellhopPayload::staff($this->formerly($ticket, 'staff_id') ?: $ticket->getStaffId());
        $more = $previous ? array('previous_staff' => $previous) : array();
        $actor = BellhopPayload::actor($ticket);
        $merged = $actor['kind'] !== 'agent' && $this->outbox->amend(
            'message',
            $ticket->getId(),
            array('reopened' => true, 'ticket' => BellhopPayload::ticket($ticket)) + $more
        );
        if (!$merged) {
            $this->tell($ticket, 'reopened', $more);
        }
    }

    /** Assignments: claimed, by hand, or by a filter, a help topic and the like (`auto`). */
    private function onEdited($ticket, $data)
    {
        if (!isset($data['type']) || $data['type'] !== 'assigned') {
            return;
        }
        $isTeam = isset($data['team']);
        if ($isTeam) {
            unset($this->teamChanges[$ticket->getId()]);
        }
        $this->assigned($ticket, $isTeam, !empty($data['auto']));
    }

    private function assigned($ticket, $isTeam, $auto)
    {
        $this->tell($ticket, 'assigned', array('assigned' => array(
            'staff' => $isTeam ? null : BellhopPayload::staff($ticket->getStaffId()),
            'team' => $isTeam ? BellhopPayload::team($ticket->getTeamId()) : null,
            'auto' => $auto,
        )));
    }

    /** Columns before they changed, which the signals that follow do not tell. Fires within the save: only noted here. */
    private function onSaved($ticket, $data)
    {
        $dirty = isset($data['dirty']) ? $data['dirty'] : array();
        $id = $ticket->getId();
        foreach (array_intersect_key($dirty, array('dept_id' => 1, 'staff_id' => 1, 'team_id' => 1)) as $column => $old) {
            $this->before[$id][$column] = (int) $old;
        }
        // osTicket tells of no assignment to a team that a filter makes, and of no release.
        if (array_key_exists('team_id', $dirty) && $ticket->getTeamId()) {
            $this->teamChanges[$id] = $ticket;
            $this->outbox->wake();
        }
        if (!empty($dirty['staff_id']) && !$ticket->getStaffId() && $ticket->isOpen()) {
            $this->released[$id] = $ticket;
            $this->outbox->wake();
        }
    }

    private function onView($ticket)
    {
        global $thisstaff;
        if ($thisstaff) {
            $this->tell($ticket, 'viewed');
        }
    }

    /** No database in here: what is reported may be that it fails. */
    private function onSyslog($object, $data)
    {
        $event = BellhopPayload::alert($data);
        if ($event) {
            $this->outbox->put($event['event'], $event);
        }
    }

    /** Sends again what Bellhop did not take. */
    private function onCron()
    {
        $this->outbox->retry();
    }

    /** What no signal told of: teams that a filter or a help topic set, and agents who were taken off. */
    public function beforeSending()
    {
        foreach ($this->teamChanges as $ticket) {
            $this->assigned($ticket, true, true);
        }
        foreach ($this->released as $ticket) {
            if (!$ticket->getStaffId()) {
                $this->tell($ticket, 'unassigned');
            }
        }
        $this->teamChanges = $this->released = array();
    }

    private function tell($ticket, $event, $more = array())
    {
        $this->outbox->put($event, array(
            'actor' => BellhopPayload::actor($ticket),
            'ticket' => BellhopPayload::ticket($ticket),
        ) + $more);
    }

    private function formerly($ticket, $column)
    {
        $id = $ticket->getId();
        return isset($this->before[$id][$column]) ? $this->before[$id][$column] : 0;
    }
}
