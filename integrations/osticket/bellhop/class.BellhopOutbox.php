<?php
/**
 * Gathers the events of one request and posts them when the page is done, so that nobody waits for Bellhop.
 *
 * What cannot be delivered goes to a file and is tried again by cron. An event keeps its id, so one that arrives twice
 * does nothing twice.
 */
class BellhopOutbox
{
    const VERSION = 'bellhop-osticket/1.0';
    /** Milliseconds to connect, and for one delivery in all. */
    const CONNECT_MS = 1000;
    const DELIVER_MS = 3000;
    /** Deliveries under way at once, and events sent again in one run of cron. */
    const AT_ONCE = 8;
    const RETRIES_A_RUN = 200;
    /** Bytes kept for later; beyond them the newest are dropped and the error log says so. */
    const MAX_SPOOL = 5242880;
    /** Seconds without a try after Bellhop could not be reached. */
    const REST_S = 30;

    private $url;
    private $secret;
    private $before;
    private $events = array();
    private $isRegistered = false;
    /** Tickets whose customer wrote in this request. */
    private static $written = array();

    public function __construct($url, $secret, $before)
    {
        $this->url = $url;
        $this->secret = $secret;
        $this->before = $before;
    }

    public static function hasJustWritten($ticket)
    {
        return isset(self::$written[$ticket]);
    }

    /** Has what was gathered posted at the end of the request. */
    public function wake()
    {
        if (!$this->isRegistered) {
            register_shutdown_function(array($this, 'flush'));
            $this->isRegistered = true;
        }
    }

    /** Adds an event. It is posted at the end of the request. */
    public function put($name, $event)
    {
        $this->wake();
        if ($name === 'message' && isset($event['ticket']['id'])) {
            self::$written[$event['ticket']['id']] = true;
        }
        $head = array('plugin' => self::VERSION, 'event' => $name, 'id' => bin2hex(random_bytes(16)), 'time' => self::now());
        $this->events[] = $head + $event;
    }

    /** Adds to the last event of that name about that ticket, if it was not sent yet. Says whether there was one. */
    public function amend($name, $ticket, $more)
    {
        foreach (array_reverse($this->events, true) as $index => $event) {
            if ($event['event'] === $name && $event['ticket']['id'] == $ticket) {
                $this->events[$index] = $more + $event;
                return true;
            }
        }
        return false;
    }

    /** Posts what was gathered, after the page went out. Never throws. */
    public function flush()
    {
        try {
            call_user_func($this->before);
            $events = $this->events;
            $this->events = array();
            $bodies = array_filter(array_map(array($this, 'encoded'), $events));
            if (!$bodies) {
                return;
            }
            self::letThePageGo();
            $this->keep($this->isResting() ? $bodies : $this->post($bodies));
        } catch (Throwable $error) {
            error_log('Bellhop: ' . $error->getMessage());
        }
    }

    /** Sends again what was kept, the oldest first. What fails once more goes to the end. */
    public function retry()
    {
        $path = $this->spool();
        if ($path === null || $this->isResting() || !is_file($path)) {
            return;
        }
        $guard = fopen($path . '.lock', 'c');
        // One run of cron at a time: two would send everything twice, which does no harm, but is for nothing.
        if (!$guard || !flock($guard, LOCK_EX | LOCK_NB)) {
            return;
        }
        $lines = array_slice((array) @file($path), 0, self::RETRIES_A_RUN);
        $failed = $this->post(array_filter(array_map('trim', $lines)));
        $this->dropHead($path, strlen(implode('', $lines)));
        $this->keep($failed);
        fclose($guard);
    }

    /** Takes that many bytes off the start. Whatever was added in the meantime stays. */
    private function dropHead($path, $bytes)
    {
        $file = fopen($path, 'c+');
        if ($file && flock($file, LOCK_EX)) {
            fseek($file, $bytes);
            $rest = (string) stream_get_contents($file);
            ftruncate($file, 0);
            rewind($file);
            fwrite($file, $rest);
            fclose($file);
        }
    }

    /** Posts signed bodies, several at once. Returns those to be tried again. */
    private function post($bodies)
    {
        $failed = array();
        foreach (array_chunk($bodies, self::AT_ONCE) as $chunk) {
            // Once Bellhop could not be reached, nobody waits for it any more.
            $failed = array_merge($failed, $this->isResting() ? $chunk : $this->postAtOnce($chunk));
        }
        return $failed;
    }

    private function postAtOnce($bodies)
    {
        $multi = curl_multi_init();
        $handles = array();
        foreach ($bodies as $index => $body) {
            $handles[$index] = $this->handle($body);
            curl_multi_add_handle($multi, $handles[$index]);
        }
        do {
            $state = curl_multi_exec($multi, $running);
            if ($running) {
                curl_multi_select($multi, 0.5);
            }
        } while ($running && $state === CURLM_OK);
        $failed = array();
        foreach ($handles as $index => $handle) {
            if ($this->isToBeTriedAgain((int) curl_getinfo($handle, CURLINFO_HTTP_CODE), (string) curl_multi_getcontent($handle))) {
                $failed[] = $bodies[$index];
            }
            curl_multi_remove_handle($multi, $handle);
            curl_close($handle);
        }
        curl_multi_close($multi);
        return $failed;
    }

    private function handle($body)
    {
        $timestamp = (string) time();
        $signature = hash_hmac('sha256', $timestamp . '.' . $body, $this->secret);
        $handle = curl_init($this->url);
        curl_setopt_array($handle, array(
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_CONNECTTIMEOUT_MS => self::CONNECT_MS,
            CURLOPT_TIMEOUT_MS => self::DELIVER_MS,
            CURLOPT_HTTPHEADER => array(
                'Content-Type: application/json',
                'Expect:',
                'User-Agent: ' . self::VERSION,
                'X-Bellhop-Timestamp: ' . $timestamp,
                'X-Bellhop-Signature: sha256=' . $signature,
            ),
        ));
        return $handle;
    }

    /** Refused for good is not tried again: the same body would be refused the same way. A wrong secret can be mended. */
    private function isToBeTriedAgain($status, $answer)
    {
        if ($status >= 200 && $status < 300) {
            return false;
        }
        if ($status === 0 || $status >= 500 || in_array($status, array(401, 408, 429), true)) {
            $this->rest();
            error_log('Bellhop: not delivered, kept for later: ' . ($status ? 'HTTP ' . $status : 'no answer'));
            return true;
        }
        error_log('Bellhop: refused with HTTP ' . $status . ': ' . mb_substr($answer, 0, 300));
        return false;
    }

    private function encoded($event)
    {
        $json = json_encode($event, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
        return $json === false ? null : $json;
    }

    private function keep($bodies)
    {
        if (!$bodies) {
            return;
        }
        $path = $this->spool();
        $isFull = $path !== null && is_file($path) && filesize($path) > self::MAX_SPOOL;
        if ($path === null || $isFull) {
            $why = $isFull ? 'too many wait for Bellhop already' : 'there is no directory to keep them in';
            error_log('Bellhop: ' . count($bodies) . ' events dropped: ' . $why);
            return;
        }
        file_put_contents($path, implode("\n", $bodies) . "\n", FILE_APPEND | LOCK_EX);
        @chmod($path, 0600);
    }

    private function rest()
    {
        if ($path = $this->spool()) {
            @touch($path . '.rest');
        }
    }

    private function isResting()
    {
        $path = $this->spool() . '.rest';
        clearstatcache();
        return is_file($path) && time() - filemtime($path) < self::REST_S;
    }

    /** A file in a directory that nobody else can read, for texts of tickets are in it. Null where there is none such. */
    private function spool()
    {
        $owner = function_exists('posix_geteuid') ? posix_geteuid() : get_current_user();
        $name = 'bellhop-osticket-' . $owner . '-' . substr(hash('sha256', __DIR__ . $this->url), 0, 12);
        $directory = sys_get_temp_dir() . '/' . $name;
        if (!is_dir($directory)) {
            @mkdir($directory, 0700);
        }
        // Somebody else may have made it first.
        $isOurs = is_dir($directory) && !is_link($directory) && (!is_int($owner) || fileowner($directory) === $owner);
        return $isOurs ? $directory . '/events.ndjson' : null;
    }

    private static function letThePageGo()
    {
        // The next page may ask for the session before we are done.
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        }
    }

    private static function now()
    {
        $now = microtime(true);
        return gmdate('Y-m-d\TH:i:s', (int) $now) . sprintf('.%03dZ', (int) (($now - (int) $now) * 1000));
    }
}
