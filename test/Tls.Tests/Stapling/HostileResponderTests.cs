using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>What a responder answers that is not to be sent on.</summary>
public sealed class HostileResponderTests : IDisposable
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    private readonly TempFiles _files = new();
    private readonly StapleAuthority _authority;
    private readonly StapleAuthority _stranger;

    public HostileResponderTests() => (_authority, _stranger) = (new StapleAuthority(_files), new StapleAuthority(_files, "stranger"));

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData("garbage", "malformed")]
    [InlineData("empty", "malformed")]
    [InlineData("cut off", "malformed")]
    [InlineData("trailing bytes", "malformed")]
    [InlineData("huge", "too_large")]
    [InlineData("endless", "too_large")]
    [InlineData("silent", "timeout")]
    [InlineData("dripping", "timeout")]
    [InlineData("broken off", "unreachable")]
    [InlineData("redirect", "http_error")]
    [InlineData("error", "http_error")]
    [InlineData("try later", "responder_error")]
    [InlineData("signed by a stranger", "untrusted")]
    [InlineData("signed by a stranger's delegate", "untrusted")]
    [InlineData("signed by who may not", "untrusted")]
    [InlineData("signed by the certificate itself", "untrusted")]
    [InlineData("changed", "untrusted")]
    [InlineData("of another certificate", "other_certificate")]
    [InlineData("over", "not_current")]
    [InlineData("to come", "not_current")]
    [InlineData("unknown", "unknown")]
    public async Task Answer_NotToBeSent_IsNotAndCounted(string answer, string result)
    {
        await using var responder = await FakeResponder.StartAsync();
        var certificate = _authority.Issue(responder.Address);
        responder.Answer(AnswerOf(answer, certificate));
        await using var host = await StapleHost.StartAsync(_authority, certificate, options => options.OcspStapling.Timeout = TimeSpan.FromMilliseconds(answer is "silent" or "dripping" ? 300 : 60_000));

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", result)) > 0, $"it to be {result}", host.Metrics.ToString);

        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
        var status = StapleClient.StatusOf(host).Single();
        Assert.Equal(TlsStapleState.Missing, status.Staple);
        Assert.NotNull(status.StapleProblem);
        Assert.DoesNotContain('\n', status.StapleProblem);
        await host.Logs.SingleAsync(entry => entry.EventId.Name == "StapleFailed", "the failure");
    }

    [Theory]
    [InlineData("no end")]
    [InlineData("SHA-256")]
    [InlineData("a little ahead")]
    [InlineData("delegate")]
    public async Task Answer_Unusual_Sent(string answer)
    {
        await using var responder = await FakeResponder.StartAsync();
        var certificate = _authority.Issue(responder.Address);
        responder.Answer(answer switch
        {
            "no end" => Make(certificate, s_now, null),
            "SHA-256" => OcspResponses.Make(_authority.Certificate, certificate, s_now, s_now.AddHours(1), digest: OcspResponses.Sha256),
            "a little ahead" => Make(certificate, s_now.AddMinutes(4), s_now.AddHours(1)),
            _ => Make(certificate, s_now, s_now.AddHours(1), _authority.Delegate()),
        });
        await using var host = await StapleHost.StartAsync(_authority, certificate);

        await StapleClient.UntilAsync(host, TlsStapleState.Good);

        Assert.Equal("good", await StapleClient.AskAsync(host));
    }

    [Fact]
    public async Task Responder_ThatIsNotThere_ServedWithout()
    {
        var certificate = _authority.Issue(OpensslResponder.AddressOf(TestPorts.Next()));
        await using var host = await StapleHost.StartAsync(_authority, certificate);

        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.staple.fetches", ("aeronet.staple.result", "unreachable")) > 1, "attempts");

        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ldap://127.0.0.1/")]
    public async Task Responder_OfAnotherScheme_IsNone(string address)
    {
        await using var host = await StapleHost.StartAsync(_authority, _authority.Issue(address));

        Assert.Equal(TlsStapleState.None, StapleClient.StatusOf(host).Single().Staple);
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
    }

    [Fact]
    public async Task Issuer_Nowhere_SaidSo()
    {
        await using var host = await StapleHost.StartAsync(options => options.Certificates.Add(_authority.Issue("http://127.0.0.1:1/")));

        Assert.Single(host.Logs.Entries, entry => entry.EventId.Name == "StaplingImpossible");
        Assert.Equal(StapleClient.None, await StapleClient.AskAsync(host));
    }

    private Func<HttpContext, Task> AnswerOf(string answer, X509Certificate2 certificate)
    {
        var good = Make(certificate, s_now, s_now.AddHours(1));
        return answer switch
        {
            "garbage" => Bytes("<html>Captive portal</html>"u8.ToArray()),
            "empty" => Bytes([]),
            "cut off" => Bytes(good[..^1]),
            "trailing bytes" => Bytes([.. good, 0]),
            "huge" => Bytes(new byte[1 << 20]),
            "endless" => context => RepeatAsync(context, new byte[4096], TimeSpan.Zero),
            "silent" => context => Task.Delay(Timeout.Infinite, context.RequestAborted),
            "dripping" => context => RepeatAsync(context, [0x30], TimeSpan.FromMilliseconds(50)),
            "broken off" => context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
            "redirect" => context =>
            {
                context.Response.Redirect("http://127.0.0.1:1/");
                return Task.CompletedTask;
            },
            "error" => context =>
            {
                context.Response.StatusCode = 500;
                return context.Response.Body.WriteAsync(good).AsTask();
            },
            "try later" => Bytes(OcspResponses.TryLater.ToArray()),
            "signed by a stranger" => Bytes(Make(certificate, s_now, s_now.AddHours(1), _stranger.Certificate)),
            "signed by a stranger's delegate" => Bytes(Make(certificate, s_now, s_now.AddHours(1), _stranger.Delegate())),
            "signed by who may not" => Bytes(Make(certificate, s_now, s_now.AddHours(1), _authority.Delegate(authorized: false))),
            "signed by the certificate itself" => Bytes(Make(certificate, s_now, s_now.AddHours(1), certificate)),
            "changed" => Bytes(Change(good, s_now.AddHours(1), s_now.AddHours(2))),
            "of another certificate" => Bytes(Make(_authority.Issue(null), s_now, s_now.AddHours(1))),
            "over" => Bytes(Make(certificate, s_now.AddHours(-2), s_now.AddSeconds(-1))),
            "to come" => Bytes(Make(certificate, s_now.AddHours(1), s_now.AddHours(2))),
            _ => Bytes(OcspResponses.Make(_authority.Certificate, certificate, s_now, s_now.AddHours(1), status: 2)),
        };
    }

    private byte[] Make(X509Certificate2 certificate, DateTimeOffset from, DateTimeOffset? to, X509Certificate2? signer = null) =>
        OcspResponses.Make(_authority.Certificate, certificate, from, to, signer: signer);

    // Its end put off.
    private static byte[] Change(byte[] response, DateTimeOffset from, DateTimeOffset to)
    {
        var changed = (byte[])response.Clone();
        var at = changed.AsSpan().IndexOf(Text(from));
        Assert.NotEqual(-1, at);
        Text(to).CopyTo(changed.AsSpan(at));
        return changed;

        static byte[] Text(DateTimeOffset time) => System.Text.Encoding.ASCII.GetBytes(time.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture));
    }

    private static Func<HttpContext, Task> Bytes(byte[] body) => context => context.Response.Body.WriteAsync(body).AsTask();

    private static async Task RepeatAsync(HttpContext context, byte[] bytes, TimeSpan pause)
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(pause, context.RequestAborted);
        }
    }
}
