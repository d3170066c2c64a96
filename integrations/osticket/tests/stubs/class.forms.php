<?php // Stands for osTicket's file of this name; see osticket.php.
