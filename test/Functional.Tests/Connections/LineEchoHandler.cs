using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Functional.Tests.Connections;

/// <summary>Sends every line back once it is whole.</summary>
internal sealed class LineEchoHandler : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, buffer.GetPosition(1, end));
                foreach (var segment in line)
                    output.Write(segment.Span);

                buffer = buffer.Slice(line.End);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            var flush = await output.FlushAsync();
            if (read.IsCompleted || flush.IsCompleted)
                return;
        }
    }
}
