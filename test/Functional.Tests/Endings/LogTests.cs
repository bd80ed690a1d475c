using Aeronet.AspNetCore.Functional.Tests.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>Operators find how connections end where Kestrel's own transport logs it, in its words.</summary>
public sealed class LogTests
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets";

    [Theory]
    [BothTransports("fin", 6, "ConnectionReadFin", "Connection id \"{0}\" received FIN.")]
    [BothTransports("reset", 19, "ConnectionReset", "Connection id \"{0}\" reset.")]
    [BothTransports("abort", 8, "ConnectionWriteRst", "Connection id \"{0}\" sending RST because: \"Enough of it.\"")]
    [BothTransports("close", 7, "ConnectionWriteFin", "Connection id \"{0}\" sending FIN because: \"")]
    public async Task End_IsLogged_AsByKestrelsTransport(TransportKind transport, string how, int id, string name, string message)
    {
        var connectionId = AbortTests.Signal<string>();
        await using var host = await ConnectionFeatureTests.StartAsync(transport, async connection =>
        {
            // After its first bytes: a connection reset at once may fail the client's connect.
            connection.Transport.Input.AdvanceTo((await connection.Transport.Input.ReadAsync()).Buffer.End);
            connectionId.SetResult(connection.ConnectionId);
            if (how == "close")
                return;

            if (how == "abort")
                connection.Abort(new ConnectionAbortedException("Enough of it."));

            await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync());
        });
        using var client = await host.ConnectAsync();
        await client.SendAsync("x");
        var expected = string.Format(null, message, await connectionId.Task.OrTimeout("the handler"));
        if (how == "fin")
            client.ShutdownSend();
        else if (how == "reset")
            client.Reset();

        await Eventually.HoldsAsync(
            () => host.Logs.From(Category).Any(entry => entry.EventId == new EventId(id, name) && entry.Level == LogLevel.Debug
                && entry.Message.StartsWith(expected, StringComparison.Ordinal)),
            expected,
            () => string.Join(Environment.NewLine, host.Logs.From(Category)));
    }
}
