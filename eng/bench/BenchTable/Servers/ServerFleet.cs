namespace BenchTable.Servers;

/// <summary>The servers of a run, each started when it is first asked for, and kept until the end.</summary>
internal sealed class ServerFleet(ServerCommands commands) : IDisposable
{
    private readonly Dictionary<ServerKind, Server> _servers = [];

    public async Task<Server> GetAsync(ServerKind kind)
    {
        if (!_servers.TryGetValue(kind, out var server))
        {
            _servers[kind] = server = await Server.StartAsync((http, https) => commands.Of(kind, http, https)).ConfigureAwait(false);
        }

        return server;
    }

    public void Dispose()
    {
        foreach (var server in _servers.Values)
        {
            server.Dispose();
        }
    }
}
