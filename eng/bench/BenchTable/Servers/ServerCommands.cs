using System.Diagnostics;

namespace BenchTable.Servers;

/// <summary>How each server is started.</summary>
/// <param name="app">Folder with BenchServer.</param>
/// <param name="work">Folder with certificate, key and files.</param>
internal sealed class ServerCommands(string app, string work)
{
    public ProcessStartInfo Of(ServerKind kind, int http, int https) => kind switch
    {
        ServerKind.Kestrel => BenchServer("sockets", http, https),
        ServerKind.Aeronet => BenchServer("aeronet", http, https),
        ServerKind.AeronetCopying => BenchServer("aeronet", http, https, ("Aeronet__Transport__ZeroCopyFiles", "false")),
        ServerKind.AeronetUserTls => BenchServer("aeronet", http, https, ("Aeronet__Tls__Ktls", "Disabled")),
        ServerKind.AeronetKernelTls => BenchServer("aeronet", http, https, ("Aeronet__Tls__Ktls", "Required")),
        _ => Nginx(kind, http, https),
    };

    private ProcessStartInfo BenchServer(string transport, int http, int https, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(app, "BenchServer.dll"), "--transport", transport, "--http", $"{http}", "--https", $"{https}",
                "--cert", Path.Combine(work, "cert.pem"), "--key", Path.Combine(work, "key.pem"), "--files", Path.Combine(work, "files"),
            ]);
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private ProcessStartInfo Nginx(ServerKind kind, int http, int https)
    {
        var path = Path.Combine(work, $"{kind}.conf");
        var locations = $$"""location = /plaintext { default_type text/plain; return 200 "Hello, World!"; } location /files/ { root {{work}}; }""";
        File.WriteAllText(
            path,
            $$"""
            worker_processes {{Environment.ProcessorCount}}; worker_rlimit_nofile 8192; pid {{path}}.pid; error_log stderr; daemon off;
            events { worker_connections 4096; }
            http {
              access_log off; sendfile {{(kind == ServerKind.NginxCopying ? "off" : "on")}}; tcp_nopush on;
              keepalive_requests 100000000; open_file_cache max=1000; default_type application/octet-stream;
              server { listen 127.0.0.1:{{http}} backlog=4096 reuseport; {{locations}} }
              server {
                listen 127.0.0.1:{{https}} ssl http2 backlog=4096 reuseport; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:S:10m;
                {{(kind == ServerKind.NginxKernelTls ? "ssl_conf_command Options KTLS;" : "")}}
                ssl_certificate {{work}}/cert.pem; ssl_certificate_key {{work}}/key.pem; {{locations}}
              }
            }
            """);
        return new ProcessStartInfo("nginx", ["-c", path, "-e", "stderr"]);
    }
}
