<?php
/**
 * Runs the plugin against a stand-in for osTicket and a receiver of its own: `php integrations/osticket/tests/run.php`.
 * Checks what is sent, that it is signed, that what fails is kept and sent again, and that nothing gets out of a handler.
 * With a directory as argument the bodies are written there.
 */
define('INCLUDE_DIR', __DIR__ . '/stubs/');
require __DIR__ . '/stubs/osticket.php';
require __DIR__ . '/../bellhop/class.BellhopPlugin.php';

$received = sys_get_temp_dir() . '/bellhop-test-' . getmypid();
mkdir($received);
$port = 20000 + getmypid() % 20000;
$url = "http://127.0.0.1:$port/hooks/osticket/desk";
$secret = 'hook secret';

function serve($port, $received)
{
    $command = array(PHP_BINARY, '-S', "127.0.0.1:$port", __DIR__ . '/receiver.php');
    $null = array('file', '/dev/null', 'w');
    $server = proc_open($command, array(1 => $null, 2 => $null), $pipes, null, array('RECEIVED' => $received));
    for ($try = 0; $try < 50 && !@fsockopen('127.0.0.1', $port); $try++) {
        usleep(50000);
    }
    return $server;
}

function expect($is, $what)
{
    echo $is ? "ok   $what\n" : "FAIL $what\n";
    if (!$is) {
        $GLOBALS['failed'] = true;
    }
}

/** What arrived since the last call, in order; each must be signed. */
function arrived($received, $secret)
{
    $events = array();
    foreach (glob("$received/*.json") as $path) {
        $one = json_decode(file_get_contents($path), true);
        $ours = 'sha256=' . hash_hmac('sha256', $one['timestamp'] . '.' . $one['body'], $secret);
        expect(hash_equals($ours, $one['signature']) && abs(time() - $one['timestamp']) < 10, 'signed now');
        $events[] = json_decode($one['body'], true);
        unlink($path);
    }
    // Deliveries of one request travel side by side.
    usort($events, function ($a, $b) { return strcmp($a['time'] . $a['event'], $b['time'] . $b['event']); });
    return $events;
}

function names($events)
{
    $names = array_column($events, 'event');
    sort($names);
    return implode(' ', $names);
}

ini_set('error_log', "$received/errors.log");
$plugin = new BellhopPlugin(new BellhopConfig(array('hook_url' => $url, 'secret' => $secret)));
$plugin->bootstrap();
$outbox = (function () { return $this->outbox; })->call($plugin);
$server = serve($port, $received);
$ticket = new Ticket(81);
$jane = Staff::lookup(3);

$thisclient = $ticket->getOwner();
Signal::send('threadentry.created', new ThreadEntry(101, 'M', $ticket));
Signal::send('ticket.created', $ticket);
$outbox->flush();
$events = arrived($received, $secret);
expect(names($events) === 'created', 'a new ticket is one event, with its first message');
expect($events[0]['entry']['id'] === 101 && $events[0]['actor']['kind'] === 'customer', 'and its customer');
$all = $events;

ThreadEntry::$earlier = 1;
$ticket->closed = true;
Signal::send('threadentry.created', new ThreadEntry(104, 'M', $ticket));
$ticket->closed = false;
$type = array('type' => 'reopened');
Signal::send('object.created', $ticket, $type);
$outbox->flush();
$events = arrived($received, $secret);
expect(names($events) === 'message' && $events[0]['reopened'] === true, 'a message that reopens is one event');
expect($events[0]['ticket']['state'] === 'open', 'with the ticket as it is after it');
$all = array_merge($all, $events);

$thisclient = null;
$thisstaff = $jane;
Signal::send('threadentry.created', new ThreadEntry(105, 'R', $ticket, $jane));
Signal::send('threadentry.created', new ThreadEntry(106, 'N', $ticket, $jane, 'Look, @ben and x@ben.example'));
$type = array('type' => 'assigned', 'staff' => 'Ben Okafor');
Signal::send('object.edited', $ticket, $type);
$data = array('dirty' => array('team_id' => 0));
Signal::send('model.updated', $ticket, $data);
$data = array('dirty' => array('dept_id' => 2));
Signal::send('model.updated', $ticket, $data);
$type = array('type' => 'transferred', 'dept' => 'Billing');
Signal::send('object.created', $ticket, $type);
foreach (array('overdue', 'closed', 'merged', 'edited') as $name) {
    $type = array('type' => $name);
    Signal::send('object.created', $ticket, $type);
}
$type = array('type' => 'ticket');
Signal::send('object.view', $ticket, $type);
$outbox->flush();
$events = arrived($received, $secret);
expect(
    names($events) === 'assigned assigned closed merged note overdue reply transferred viewed',
    'each signal is an event: ' . names($events)
);
foreach ($events as $event) {
    if ($event['event'] === 'note') {
        expect(array_column($event['entry']['mentions'], 'id') === array(4), 'a note mentions agents by user name');
    }
    if ($event['event'] === 'transferred') {
        expect($event['from_department']['name'] === 'Dept 2', 'a transfer says where from');
    }
}
$all = array_merge($all, $events);

$thisstaff = null;
$alerts = array(
    array('title' => 'Excessive login attempts (jane)', 'level_id' => 2, 'body' => 'x'),
    array('title' => 'Maximum Open Tickets Limit (carla@example.org)', 'level_id' => 2, 'body' => 'x'),
    array('title' => 'DB Error #1205', 'level_id' => 1, 'body' => 'x'),
    array('title' => 'Mail Fetch Failure', 'level_id' => 1, 'body' => 'x'),
    array('title' => 'Ticket denied', 'level_id' => 2, 'body' => 'x'),
);
foreach ($alerts as $alert) {
    Signal::send('syslog', null, $alert);
}
$outbox->flush();
$events = arrived($received, $secret);
expect(names($events) === 'excessive_logins overlimit sql_error system_error', 'alerts: ' . names($events));
$all = array_merge($all, $events);

proc_terminate($server);
proc_close($server);
$start = microtime(true);
$type = array('type' => 'closed');
Signal::send('object.created', $ticket, $type);
$outbox->flush();
expect(microtime(true) - $start < 2, 'a Bellhop that is down costs no time');
$spool = (function () { return $this->spool(); })->call($outbox);
expect(count(file($spool)) === 1, 'what was not delivered is kept');
expect((fileperms($spool) & 0777) === 0600, 'where nobody else can read it');
$server = serve($port, $received);
Signal::send('cron', null);
expect(count(file($spool)) === 1, 'and rests for a while');
unlink("$spool.rest");
Signal::send('cron', null);
$events = arrived($received, $secret);
expect(names($events) === 'closed' && filesize($spool) === 0, 'then cron sends it again');
$ticket->breaks = true;
Signal::send('object.created', $ticket, $type);
expect(strpos(file_get_contents("$received/errors.log"), 'broken on purpose') !== false, 'an error stays within');
proc_terminate($server);
proc_close($server);

if (isset($argv[1])) {
    foreach ($all as $index => $event) {
        file_put_contents("$argv[1]/$index-{$event['event']}.json", json_encode($event));
    }
}
array_map('unlink', glob("$received/*"));
rmdir($received);
array_map('unlink', glob(dirname($spool) . '/*'));
rmdir(dirname($spool));
exit(empty($GLOBALS['failed']) ? 0 : 1);
