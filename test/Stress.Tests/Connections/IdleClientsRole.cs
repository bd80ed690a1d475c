using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>
/// Holds many connections open in a process of its own, and makes a request on each of them when told to: arguments are
/// the port and the number, "connect" opens them, "ask" asks on all, and the answer is the number of responses.
/// </summary>
internal static class IdleClientsRole
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(arguments[0], CultureInfo.InvariantCulture));
        var count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var clients = new List<BlockingClient>(count);
        while (await Console.In.ReadLineAsync() is { } command)
        {
            if (command == "connect")
            {
                for (var i = 0; i < count; i++)
                    clients.Add(new BlockingClient(server));
            }

            foreach (var client in clients)
                client.SendGet("/plain");

            await Console.Out.WriteLineAsync(clients.Count(client => client.ReceiveResponse() == 200).ToString(CultureInfo.InvariantCulture));
        }

        foreach (var client in clients)
            client.Dispose();

        return 0;
    }
}
