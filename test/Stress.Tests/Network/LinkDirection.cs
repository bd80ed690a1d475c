namespace Aeronet.AspNetCore.Stress.Tests.Network;

/// <summary>Carries packets from one end of a link to the other, late, or not at all.</summary>
internal sealed class LinkDirection : IDisposable
{
    private const int LongestPacket = 65_536;

    private readonly TunDevice _from;
    private readonly TunDevice _to;
    private readonly Impairment _impairment;
    private readonly Random _random;
    private readonly PriorityQueue<byte[], (long Due, long Number)> _underWay = new();
    private readonly Thread _receiver;
    private readonly Thread _sender;
    private volatile bool _isCut;
    private volatile bool _ends;
    private long _number;

    public LinkDirection(TunDevice from, TunDevice to, Impairment impairment, int seed)
    {
        (_from, _to, _impairment, _random) = (from, to, impairment, new Random(seed));
        _receiver = new Thread(Receive) { IsBackground = true };
        _sender = new Thread(Send) { IsBackground = true };
        _receiver.Start();
        _sender.Start();
    }

    public long Carried { get; private set; }

    public long Lost { get; private set; }

    public long Overtaking { get; private set; }

    /// <summary>From now on nothing arrives.</summary>
    public void Cut() => _isCut = true;

    public void Dispose()
    {
        lock (_underWay)
        {
            _ends = true;
            Monitor.Pulse(_underWay);
        }

        _receiver.Join();
        _sender.Join();
    }

    private void Receive()
    {
        var packet = new byte[LongestPacket];
        while (!_ends)
        {
            var length = _from.Read(packet);
            if (length == 0)
                continue;

            if (_isCut || _random.Next(1000) < _impairment.Lost)
            {
                Lost++;
                continue;
            }

            var overtakes = _random.Next(1000) < _impairment.Overtaking;
            if (overtakes)
                Overtaking++;

            Carried++;
            var due = Environment.TickCount64 + (overtakes ? 0 : (long)_impairment.Delay.TotalMilliseconds);
            lock (_underWay)
            {
                _underWay.Enqueue(packet[..length], (due, _number++));
                Monitor.Pulse(_underWay);
            }
        }
    }

    private void Send()
    {
        while (true)
        {
            byte[] packet;
            lock (_underWay)
            {
                if (_ends)
                    return;

                if (!_underWay.TryPeek(out _, out var next))
                {
                    Monitor.Wait(_underWay);
                    continue;
                }

                if (next.Due - Environment.TickCount64 is > 0 and var early)
                {
                    Monitor.Wait(_underWay, (int)early);
                    continue;
                }

                packet = _underWay.Dequeue();
            }

            _to.Write(packet);
        }
    }
}
