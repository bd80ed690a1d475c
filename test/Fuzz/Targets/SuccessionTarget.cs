using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport.Succession;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>Messages of a hand-over, and the variables of socket activation: a message that is understood is the same when it is sent on.</summary>
internal sealed class SuccessionTarget : IFuzzTarget
{
    public string Name => "succession";

    public IEnumerable<byte[]> Seeds =>
    [
        "7\n3\na:b:c\naeronet-hand-over/1 take"u8.ToArray(),
        "7\n1024\n\naeronet-hand-over/1 refused it took too long"u8.ToArray(),
        "8\n-1\n:\naeronet-hand-over/2 socket"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        var (process, count, names) = (fields.Text(), fields.Text(), fields.Text());
        var sockets = SocketActivation.Parse(7, name => name switch { "LISTEN_PID" => process, "LISTEN_FDS" => count, _ => names });
        Must.Hold(sockets.Count <= 1024 && sockets.Select(socket => socket.Descriptor).SequenceEqual(Enumerable.Range(3, sockets.Count)), "descriptors follow each other");

        var bytes = fields.Rest[..Math.Min(fields.Rest.Length, SuccessionMessage.MaxLength)];
        var meter = Meter.Start();
        var passes = SuccessionMessage.TryParse(bytes, out var message, out var problem);
        meter.StopLinear(nameof(SuccessionMessage), bytes.Length);
        Must.Equal(passes, problem is null, "whether there is a problem");
        if (!passes)
            return;

        var sent = message.ToBytes();
        Must.Hold(sent.Length <= SuccessionMessage.MaxLength, "a message fits");
        Must.Hold(SuccessionMessage.TryParse(sent, out var again, out _) && again.Kind == message.Kind, "a message sent on is of its kind");
        if (Encoding.UTF8.GetString(bytes).Length <= SuccessionMessage.MaxLength / 4)
            Must.Equal(message.Text, again.Text);
    }
}
