namespace Aeronet.AspNetCore.Interleavings.Tests.Scenarios;

/// <summary>Writing to peers that take their time, and files.</summary>
internal static class WriteScenarios
{
    // More than goes in one call and in one turn: the rest is sent when the dispatch returns, and only then does the handler go on.
    private const int FileSize = 70_000;
    private const int FileRoom = 100_000;

    internal static IEnumerable<Scenario> All =>
    [
        new("Write_Echo", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                for (var message = 0; message < 3; message++)
                {
                    await server.ReadBytesAsync(100);
                    await server.WriteAsync(50);
                }

                await server.ReadToEndAsync(300);
            });
            stage.Act("peer", () =>
            {
                link.Send(100);
                link.Send(200);
                link.Take(150);
                link.Finish();
            });
        }),

        new("Write_MoreThanTheSocketHolds", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.WriteAsync(9000);
                await server.WriteAsync(30);
                await server.ReadToEndAsync(10);
            });
            stage.Act("peer", () =>
            {
                link.Send(10);
                link.Take(9030);
                link.Finish();
            });
        }),

        new("Write_BesideTheReader", stage =>
        {
            var link = stage.Connect("a");
            var isWritten = false;
            stage.Handle(link, server => server.ReadToEndAsync(400));
            stage.Handle(link, async server =>
            {
                await server.WriteAsync(500);
                await server.WriteAsync(5000);
                await server.WriteAsync(20);
                isWritten = true;
            });
            stage.Act("peer", () =>
            {
                link.Send(200);
                link.Send(200);
                link.Take(5520);
                stage.Chooser.BlockUntil(() => isWritten, "peer waits for the writer");
                link.Finish();
            });
        }),

        // Who flushes elsewhere than on the loop fills the socket while the loop hears of room in it.
        new("Write_BesideTheLoop", stage =>
        {
            var link = stage.Connect("a");
            var isWritten = false;
            stage.Handle(link, server => server.ReadToEndAsync(0));
            stage.Act("writer", () =>
            {
                for (var message = 0; message < 3; message++)
                    link.Server.WriteBlocking(7000);

                isWritten = true;
            });
            stage.Act("peer", () =>
            {
                link.Take(21_000);
                stage.Chooser.BlockUntil(() => isWritten, "peer waits for the writer");
                link.Finish();
            });
        }),

        new("Write_FlushIsCanceled", stage =>
        {
            var link = stage.Connect("a");
            var isCalled = false;
            stage.Handle(link, async server =>
            {
                var isCanceled = (await server.WriteAsync(6000)).IsCanceled;
                server.Block(() => isCalled, "the flush was canceled");
                if (!isCanceled && !(await server.WriteAsync(10)).IsCanceled)
                    throw new InvalidOperationException("A cancellation was lost.");

                await server.WriteAsync(isCanceled ? 20 : 10);
                await server.ReadToEndAsync(0);
            });
            stage.Act("canceler", () =>
            {
                link.Server.Output.CancelPendingFlush();
                isCalled = true;
            });
            stage.Act("peer", () =>
            {
                link.Take(6020);
                link.Finish();
            });
        }),

        new("Write_TokenFires", stage =>
        {
            var link = stage.Connect("a");
            var token = new CancellationTokenSource();
            stage.Handle(link, async server =>
            {
                try
                {
                    await server.WriteAsync(6000, token.Token);
                }
                catch (OperationCanceledException)
                {
                }

                await server.WriteAsync(10);
                await server.ReadToEndAsync(0);
            });
            stage.Act("canceler", () => stage.Chooser.Cancel(token));
            stage.Act("peer", () =>
            {
                // A flush whose token has fired before sends nothing; the next one does.
                link.Take(6010);
                link.Finish();
            });
        }),

        new("Write_File", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                server.Write(40);
                await server.SendFileAsync(6000);
                await server.WriteAsync(15);
                await server.SendFileAsync(500);
                await server.ReadToEndAsync(10);
            });
            stage.Act("peer", () =>
            {
                link.Send(10);
                link.Take(6555);
                link.Finish();
            });
        }),

        // Handlers that a flush continues on the loop: what they flush in turn is sent.
        new("Owed_FlushByAHandlerThatAFlushContinued", stage =>
        {
            var link = stage.Connect("a", FileRoom);
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(1);
                await server.WriteAsync(5);
                await server.SendFileAsync(FileSize);
                await server.WriteAsync(3);
                await server.ReadToEndAsync(1);
            });
            stage.Act("peer", () =>
            {
                link.Send(1);
                link.Take(5 + FileSize + 3);
                link.Finish();
            });
        }),

        // A handler that keeps its thread until somebody else has been sent what it is owed.
        new("Owed_FlushBehindAHandlerThatBlocks", stage => BlockBehindFlush(stage, otherFirst: true)),
        new("Owed_FlushBeforeAHandlerThatBlocks", stage => BlockBehindFlush(stage, otherFirst: false)),

        // The socket is found readable and writable at once, and what goes on for the one waits for the other. All the rest fits then: no later
        // event tells of the bytes again.
        new("Owed_ReadThatComesWithRoom", stage =>
        {
            var link = stage.Connect("a");
            stage.Handle(link, async server =>
            {
                await server.ReadBytesAsync(1);
                await server.WriteAsync(7000);
                server.ReadBlocking();
                await server.WriteAsync(3);
                await server.ReadToEndAsync(2);
            });
            stage.Act("peer", () =>
            {
                link.Send(1);
                stage.Chooser.BlockUntil(() => link.Channel.IsFull, "peer waits for a full socket");
                link.Send(1);
                link.Take(7003);
                link.Finish();
            });
        }),
    ];

    private static void BlockBehindFlush(Stages.Stage stage, bool otherFirst)
    {
        var (first, second) = (stage.Connect("a", FileRoom), stage.Connect("b"));
        stage.Handle(second, server => server.ReadToEndAsync(0));
        stage.Handle(first, async server =>
        {
            await server.ReadBytesAsync(1);
            if (otherFirst)
                await second.Server.WriteAsync(2);

            await server.WriteAsync(5);
            if (!otherFirst)
                await second.Server.WriteAsync(2);

            await server.SendFileAsync(FileSize);
            server.Block(() => second.Channel.Taken == 2, "the other's peer has its bytes");
            await server.ReadToEndAsync(1);
        });
        stage.Act("peer b", () =>
        {
            second.Take(2);
            second.Finish();
        });
        stage.Act("peer a", () =>
        {
            first.Send(1);
            first.Take(5 + FileSize);
            first.Finish();
        });
    }
}
