# peers.sh - the servers that people would use instead, on PEER_PORT.
#
# They run as ordinary processes with configurations of their own in
# WORK/peers, one worker, and sync nothing.  What is not installed is skipped.
PEERS="vsftpd nginx lighttpd sftp"

has_peer() {
	case $1 in
	sftp) [ -x /usr/sbin/sshd ] && [ -d /run/sshd ] ;;
	lighttpd) [ -e /usr/lib/lighttpd/mod_webdav.so ] ;;
	*) command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] ;;
	esac
}

note_peers() {
	for p in $PEERS darkhttpd; do
		has_peer $p || note "skipped: $p is not installed, or not able to"
	done
}

nginx_conf() { # DIRECTORY
	cat <<-E
	daemon off; user $(id -un); worker_processes 1; pid $P/nginx.pid;
	error_log $P/nginx.err error;
	events { worker_connections 2000; }
	http {
	    access_log off; sendfile on; client_max_body_size 0;
	    client_body_temp_path $P/body; proxy_temp_path $P/proxy;
	    fastcgi_temp_path $P/fastcgi; uwsgi_temp_path $P/uwsgi;
	    scgi_temp_path $P/scgi;
	    server {
	        listen 127.0.0.1:$PEER_PORT backlog=1024; root $1;
	        location / { dav_methods PUT DELETE; dav_access user:rw; }
	    }
	}
	E
}

lighttpd_conf() { # DIRECTORY
	cat <<-E
	server.document-root = "$1"
	server.bind = "127.0.0.1"
	server.port = $PEER_PORT
	server.modules = ( "mod_webdav" )
	server.upload-dirs = ( "$P" )
	server.errorlog = "$P/lighttpd.err"
	server.max-fds = 4096
	server.listen-backlog = 1024
	webdav.activate = "enable"
	webdav.is-readonly = "disable"
	E
}

vsftpd_conf() { # DIRECTORY
	cat <<-E
	listen=YES
	listen_address=127.0.0.1
	listen_port=$PEER_PORT
	listen_ipv6=NO
	background=NO
	anonymous_enable=YES
	ftp_username=$(id -un)
	local_enable=NO
	write_enable=YES
	anon_upload_enable=YES
	no_anon_password=YES
	anon_world_readable_only=NO
	anon_root=$WORK
	run_as_launching_user=YES
	seccomp_sandbox=NO
	connect_from_port_20=NO
	pasv_min_port=22000
	pasv_max_port=26999
	max_clients=0
	max_per_ip=0
	use_sendfile=YES
	secure_chroot_dir=$P
	E
}

sshd_conf() {
	rm -f "$P/host" "$P/key" "$P/host.pub" "$P/key.pub"
	ssh-keygen -q -t ed25519 -N '' -f "$P/host"
	ssh-keygen -q -t ed25519 -N '' -f "$P/key"
	cat <<-E
	Port $PEER_PORT
	ListenAddress 127.0.0.1
	HostKey $P/host
	PidFile none
	UsePAM no
	StrictModes no
	AuthorizedKeysFile $P/key.pub
	Subsystem sftp internal-sftp
	ForceCommand internal-sftp
	PermitRootLogin yes
	UseDNS no
	E
}

# start_peer NAME DIRECTORY: PID is the server's, HOW how fileload speaks to it
start_peer() {
	P=$WORK/peers HOW="-P http"
	mkdir -p "$P"
	case $1 in
	nginx)
		nginx_conf "$2" >"$P/nginx.conf"
		launch nginx -p "$P" -c "$P/nginx.conf" -e "$P/nginx.err" ;;
	lighttpd)
		lighttpd_conf "$2" >"$P/lighttpd.conf"
		launch lighttpd -D -f "$P/lighttpd.conf" ;;
	vsftpd)
		HOW="-P ftp -q ${2##*/}"
		vsftpd_conf >"$P/vsftpd.conf"
		launch vsftpd "$P/vsftpd.conf" ;;
	sftp)
		sshd_conf >"$P/sshd.conf"
		launch /usr/sbin/sshd -D -e -f "$P/sshd.conf" ;;
	esac
	"$T/ready" $PEER_PORT
}

# sftp_do COMMAND: one session, the cipher being CIPHER or the quickest
sftp_do() {
	echo "$1" | sftp -q -b - -o BatchMode=yes -o LogLevel=ERROR \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -c "${CIPHER:-aes128-gcm@openssh.com}" -i "$WORK/peers/key" \
	    -P $PEER_PORT "$(id -un)@127.0.0.1" >>"$WORK/out" 2>&1
}
