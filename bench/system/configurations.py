"""The files the proxies read. Each peer is set up as fast as its documentation says it goes."""

import datetime
import os

from lab import LOOPBACK, PARTS, WIRES, Network

DESCRIPTORS = 20000  # what an ordinary login may open here; every proxy gets the same
MOST_TUNNELS = 8500


def haproxy(network: Network, port: int, splice: str) -> str:
    forced = splice == "forced"
    options = "option splice-request\n  option splice-response" if forced else "option splice-auto"
    tuned = "\n  tune.pipesize 1048576" if forced else ""
    text = f"global\n  nbthread 2\n  maxconn {MOST_TUNNELS}\n  maxpipes 500{tuned}\n"
    text += f"defaults\n  mode tcp\n  maxconn {MOST_TUNNELS}\n  {options}\n"
    text += "  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n"
    for index, part in enumerate(PARTS):
        text += f"frontend {part}\n  bind {network.proxy}:{port + index} backlog 4096\n  default_backend {part}\n"
        text += f"backend {part}\n  balance roundrobin\n"
        text += "".join(f"  server s{i} {address}:443\n" for i, address in enumerate(network.far_addresses(part)))
    return text


def nginx(network: Network, port: int, folder: str, root: str) -> str:
    module = os.path.join(root, "usr/lib/nginx/modules/ngx_stream_module.so")
    text = f"load_module {module};\ndaemon off;\nworker_processes 2;\nworker_rlimit_nofile {DESCRIPTORS};\n"
    text += f"pid {folder}/pid;\nevents {{ worker_connections {DESCRIPTORS - 200}; multi_accept on; }}\n"
    text += "stream {\n  access_log off;\n  proxy_buffer_size 64k;\n  proxy_timeout 1h;\n  tcp_nodelay on;\n"
    for index, part in enumerate(PARTS):
        servers = " ".join(f"server {address}:443;" for address in network.far_addresses(part))
        text += f"  upstream {part} {{ {servers} }}\n"
        text += f"  server {{ listen {network.proxy}:{port + index} reuseport backlog=4096; proxy_pass {part}; }}\n"
    return text + "}\n"


def hosts_file() -> str:
    return "127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in LOOPBACK.addresses().items())


def squid(network: Network, port: int, folder: str, root: str) -> str:
    share = os.path.join(root, "usr/share/squid")
    return f"""
http_port {network.proxy}:{port}
workers 2
http_access allow all
hosts_file /etc/hosts
dns_nameservers 127.0.0.1
cache deny all
cache_mem 8 MB
memory_pools on
access_log none
cache_store_log none
cache_log {folder}/cache.log
pid_filename {folder}/pid
coredump_dir {folder}
mime_table {share}/mime.conf
icon_directory {share}/icons
error_directory {root}/usr/share/squid-langpack/templates
pinger_enable off
visible_hostname proxy.bench.contoso.example
unlinkd_program {root}/usr/lib/squid/unlinkd
via off
forwarded_for delete
max_filedescriptors {DESCRIPTORS}
client_lifetime 1 day
shutdown_lifetime 1 second
"""


def tinyproxy(network: Network, port: int, folder: str) -> str:
    return f"""
Port {port}
Listen {network.proxy}
Allow {network.proxy[:-1]}0/24
MaxClients {MOST_TUNNELS}
Timeout 3600
LogLevel Critical
LogFile "{folder}/log"
PidFile "{folder}/pid"
DisableViaHeader Yes
ConnectPort 443
"""


def shirgate(network: Network, port: int, folder: str, options: dict[str, str]) -> str:
    """Everything on that it does by itself: policy, a look at each hello, the audit log. `options`: "section.key"."""
    hosts = ", ".join(f'"{name}"' for name in network.addresses())
    answers = "".join(f'"{name}" = ["{address}"]\n' for name, address in WIRES.addresses().items())
    expires = datetime.date.today() + datetime.timedelta(days=30)
    more = {section: "".join(f'{option.removeprefix(section + ".")} = "{value}"\n'
                             for option, value in options.items() if option.startswith(section + "."))
            for section in ("gate", "audit")}
    return f"""
[gate]
listen = ["{network.proxy}:{port}"]
workers = 2
max_connections = {MOST_TUNNELS}
max_connections_per_client = {MOST_TUNNELS}
{more["gate"]}[audit]
directory = "{folder}/audit"
{more["audit"]}
[[runtime]]
name = "bench"
clients = ["{network.proxy[:-1]}0/24"]
factory = "contoso-bench"
region = "westeurope"
interactive_authoring = "off"
[[allow]]
runtime = "bench"
channel = "bench"
hosts = [{hosts}]
ports = [443]
ticket = "BENCH-1"
expires = {expires.isoformat()}
[dns.hosts]
{answers}{loopback_lab() if network == LOOPBACK else ""}"""


def loopback_lab() -> str:
    """The gate dials no address of its own machine, unless it is told that this is a lab. Nothing else changes."""
    dial = ", ".join(f'"{name}:443" = "{address}:443"' for name, address in LOOPBACK.addresses().items())
    return f"[lab]\nenabled = true\ndial = {{ {dial} }}\n"
