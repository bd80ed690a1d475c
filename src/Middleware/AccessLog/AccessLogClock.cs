using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>The time of day as text, made once a second.</summary>
internal sealed class AccessLogClock(TimeProvider time)
{
    private volatile Second _second = new(-1);

    /// <summary>As the common log format has it: <c>10/Oct/2000:13:55:36 +0000</c>.</summary>
    public void WriteCommon(LineWriter line) => line.Literal(Now(out _).Common);

    /// <summary>ISO 8601 with milliseconds: <c>2000-10-10T13:55:36.123Z</c>.</summary>
    public void WriteIso(LineWriter line, ValueStyle style)
    {
        var second = Now(out var milliseconds);
        line.Quote(style);
        line.Literal(second.Iso);
        line.Byte((byte)('0' + (milliseconds / 100)));
        line.Byte((byte)('0' + (milliseconds / 10 % 10)));
        line.Byte((byte)('0' + (milliseconds % 10)));
        line.Byte((byte)'Z');
        line.Quote(style);
    }

    private Second Now(out int milliseconds)
    {
        var now = time.GetUtcNow();
        milliseconds = now.Millisecond;
        var number = now.UtcTicks / TimeSpan.TicksPerSecond;
        var second = _second;
        if (second.Number != number)
        {
            _second = second = new Second(number);
        }

        return second;
    }

    private sealed class Second
    {
        public Second(long number)
        {
            Number = number;
            var time = new DateTime(Math.Max(number, 0) * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
            Common = Encoding.ASCII.GetBytes(time.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
            Iso = Encoding.ASCII.GetBytes(time.ToString("yyyy-MM-dd'T'HH:mm:ss.", CultureInfo.InvariantCulture));
        }

        public long Number { get; }

        public byte[] Common { get; }

        public byte[] Iso { get; }
    }
}
