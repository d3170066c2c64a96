<?php
/** Stands for Bellhop: writes down what is posted to it. */
$body = file_get_contents('php://input');
$one = array('timestamp' => $_SERVER['HTTP_X_BELLHOP_TIMESTAMP'], 'signature' => $_SERVER['HTTP_X_BELLHOP_SIGNATURE'], 'body' => $body);
file_put_contents(getenv('RECEIVED') . '/' . hash('sha256', $body) . '.json', json_encode($one));
http_response_code(202);
echo '{"results":[]}';
