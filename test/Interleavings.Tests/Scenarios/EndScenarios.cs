namespace Aeronet.AspNetCore.Interleavings.Tests.Scenarios;

/// <summary>Connections that end while something is on its way.</summary>
internal static class EndScenarios
{
    internal static IEnumerable<Scenario> All =>
    [
        new("End_AbortWhileReading", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, server => server.ReadUntilClosedAsync());
            stage.Act("aborter", link.Server.Abort);
            stage.Act("peer", () =>
            {
                link.Send(500);
                link.Send(700);
            });
        }),

        new("End_AbortWhileWriting", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                while (!(await server.WriteAsync(3000)).IsCompleted)
                {
                }

                await server.ReadUntilClosedAsync();
            });
            stage.Act("aborter", link.Server.Abort);
            stage.Act("peer", link.TakeAll);
        }),

        new("End_AbortWhileAFileIsSent", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                while (!(await server.SendFileAsync(5000)).IsCompleted)
                {
                }

                await server.DisposeAsync();
            });
            stage.Act("aborter", link.Server.Abort);
            stage.Act("peer", link.TakeAll);
        }),

        new("End_PeerResetsWhileWriting", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                while (!(await server.WriteAsync(3000)).IsCompleted)
                {
                }

                server.Block(() => server.IsToldOfClose, "it is told of the close");
                await server.ReadUntilClosedAsync();
                await server.DisposeAsync();
            });
            stage.Act("peer", () =>
            {
                link.Send(10);
                link.Take(5000);
                link.Reset();
            });
        }),

        new("End_DisposalSendsTheRest", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(1);
                server.Write(6000);
                await server.DisposeAsync();
                if (link.Channel.Sent != 6000)
                    throw new InvalidOperationException($"{link.Channel.Sent} bytes were sent of 6000.");
            });
            stage.Act("peer", () =>
            {
                link.Send(1);
                link.TakeAll();
            });
        }),

        new("End_AbortWhileDraining", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                server.Write(9000);
                await server.DisposeAsync();
            });
            stage.Act("aborter", link.Server.Abort);
            stage.Act("peer", () => link.TakeSome(100));
        }),

        new("End_DisposedByAnotherWhileReading", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, server => server.ReadBlindlyAsync());
            stage.Handle(link, server => server.DisposeAsync());
            stage.Act("peer", () =>
            {
                link.Send(500);
                link.Send(700);
            });
        }),

        new("End_StopWhileEchoing", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                try
                {
                    while (!(await server.ReadAsync()).IsCompleted && !(await server.WriteAsync(700)).IsCompleted)
                    {
                    }
                }
                catch (Microsoft.AspNetCore.Connections.ConnectionAbortedException)
                {
                }

                await server.DisposeAsync();
            });
            stage.Act("stop", link.Connection.StopNow);
            stage.Act("peer", () =>
            {
                link.Send(10);
                link.Send(2000);
            });
            stage.Act("taker", link.TakeAll);
        }),
    ];
}
