using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Interleavings.Tests.Scenarios;

/// <summary>Reading while bytes, ends and cancellations come.</summary>
internal static class ReadScenarios
{
    internal static IEnumerable<Scenario> All =>
    [
        new("Read_ChunksAndFin", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, server => server.ReadToEndAsync(2200));
            stage.Act("peer", () =>
            {
                link.Send(700);
                link.Send(1500);
                link.Finish();
            });
        }),

        new("Read_PartByPart", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(10);
                await server.ReadBytesAsync(1500);
                await server.ReadToEndAsync(2000);
            });
            stage.Act("peer", () =>
            {
                link.Send(600);
                link.Send(1400);
                link.Finish();
            });
        }),

        new("Read_TokenFires", stage =>
        {
            var link = stage.Connect("a");
            var token = new CancellationTokenSource();
            stage.Handle(link, async server =>
            {
                try
                {
                    await server.ReadAsync(token: token.Token);
                }
                catch (OperationCanceledException)
                {
                }

                await server.ReadToEndAsync(500);
            });
            stage.Act("canceler", () => stage.Chooser.Cancel(token));
            stage.Act("peer", () =>
            {
                link.Send(500);
                link.Finish();
            });
        }),

        // The bytes' second event comes when they have been read: what is received for it is nothing.
        new("Read_TokenFires_WhileTheLoopLooksInVain", stage =>
        {
            var link = stage.Connect("a");
            var token = new CancellationTokenSource();
            var isThrown = false;
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(500);
                try
                {
                    await server.ReadAsync(token: token.Token);
                }
                catch (OperationCanceledException)
                {
                    isThrown = true;
                }

                await server.ReadToEndAsync(500);
            });
            stage.Act("peer", () =>
            {
                link.Send(200);
                link.Send(300);
                stage.Chooser.BlockUntil(() => isThrown, "peer waits for the cancellation");
                link.Finish();
            });
            stage.Act("canceler", () =>
            {
                stage.Chooser.BlockUntil(() => link.Server.Read == 500, "canceler waits for the bytes to be read");
                stage.Chooser.Cancel(token);
            });
        }),

        new("Read_IsCanceled", stage =>
        {
            var link = stage.Connect("a");
            var isCalled = false;
            stage.Handle(link, async server =>
            {
                bool isCanceled = false, isCompleted = false;
                while (!isCompleted)
                {
                    var read = await server.ReadAsync();
                    isCanceled |= read.IsCanceled;
                    isCompleted = read.IsCompleted;
                }

                server.Block(() => isCalled, "the read was canceled");
                if (!isCanceled && !(await server.ReadAsync()).IsCanceled)
                    throw new InvalidOperationException("A cancellation was lost.");
            });
            stage.Act("canceler", () =>
            {
                link.Server.Input.CancelPendingRead();
                isCalled = true;
            });
            stage.Act("peer", () =>
            {
                link.Send(500);
                link.Finish();
            });
        }),

        new("Read_Blocks", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(100);
                server.ReadBlocking();
                await server.ReadToEndAsync(300);
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Send(200);
                link.Finish();
            });
        }),

        // Who has blocked is served beside the loop, which goes on to tell of bytes meanwhile.
        new("Read_BesideTheLoop", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(100);
                server.ReadBlocking();
                await server.ReadToEndAsync(700);
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Send(200);
                stage.Chooser.BlockUntil(() => link.Server.Read == 300, "peer waits for the bytes to be read");
                link.Send(100);
                link.Send(200);
                link.Send(100);
                link.Finish();
            });
        }),

        new("Read_OneBlocksTheOther", stage =>
        {
            var (first, second) = (stage.Connect("a"), stage.Connect("b"));
            stage.Handle(first, async server =>
            {
                await server.ReadBytesAsync(100);
                server.Block(() => second.Server.Read == 50, "the other has read");
                await server.ReadToEndAsync(100);
            });
            stage.Handle(second, server => server.ReadToEndAsync(50));
            stage.Act("peer a", () =>
            {
                first.Send(100);
                first.Finish();
            });
            stage.Act("peer b", () =>
            {
                second.Send(50);
                second.Finish();
            });
        }),

        new("Read_OnTheThreadPool", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(100);
                await server.WriteAsync(20);
                await server.ReadToEndAsync(300);
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Send(200);
                link.Take(20);
                link.Finish();
            });
        })
        { Configure = options => options.Dispatch = DispatchMode.ThreadPool },

        new("Read_PeerResets_WhileTheHandlerBlocks", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadUntilClosedAsync(atLeast: 100);
                server.Block(() => server.IsToldOfClose, "it is told of the close");
                await server.ReadUntilClosedAsync();
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Reset();
            });
        }),

        new("Read_PeerFinishes_WhileTheHandlerBlocks", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(100);
                server.Block(() => server.IsToldOfClose, "it is told of the close");
                await server.ReadToEndAsync(100);
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Finish();
            });
        })
        { Configure = options => options.HalfCloseTimeout = TimeSpan.FromMilliseconds(20) },
    ];
}
