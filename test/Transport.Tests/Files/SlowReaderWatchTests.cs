using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tests.Files;

/// <summary>The watch beside a sender that is at work.</summary>
public sealed class SlowReaderWatchTests : IDisposable
{
    private const int First = 200_000;
    private const int Second = 1_000_000;

    private readonly PatternFile _file = PatternFile.Create(First + Second);

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Tick_WhileTheKernelTakesAFile_GivesNoVerdict()
    {
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 32 * 1024);
        var output = ((AeronetConnection)server).Output;
        var heartbeat = new Heartbeat();
        var channel = new InterceptedChannel(server);
        output.Use(channel);
        using var file = File.OpenHandle(_file.FullPath);

        // The reader takes all there is within the grace period.
        var watch = new SlowReaderWatch(output);
        watch.Start(new MinDataRate(1000, TimeSpan.FromSeconds(1.1)), heartbeat);
        var sent = SendAsync(output, file, 0, First);
        await client.VerifyAsync(First);
        await sent;
        await Task.Delay(TimeSpan.FromSeconds(1.2));

        // And the clock strikes when a call has moved bytes to the kernel that it has not reported yet.
        var ticks = 0;
        channel.OnFileSent = () =>
        {
            ticks++;
            Assert.Null(output.TotalTaken);
            heartbeat.Tick();
        };
        sent = SendAsync(output, file, First, Second);
        Assert.True(ticks > 0, "No part of the file was sent.");
        channel.OnFileSent = null;
        Assert.Equal(0, transport.Closed("slow_reader"));
        await client.VerifyAsync(Second, First);
        await sent;

        heartbeat.Tick();
        Assert.Equal(0, transport.Closed("slow_reader"));
        client.Dispose();
        await server.DisposeAsync();
    }

    private static async Task SendAsync(ConnectionOutput output, Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, int count)
    {
        Assert.True(output.TryArm(file, offset, count));
        output.GetMemory(1);
        output.Advance(count);
        output.Disarm();
        await output.FlushAsync();
    }

    private sealed class Heartbeat : IConnectionHeartbeatFeature
    {
        private Action? _tick;

        internal void Tick() => _tick!();

        public void OnHeartbeat(Action<object> action, object state) => _tick += () => action(state);
    }
}
