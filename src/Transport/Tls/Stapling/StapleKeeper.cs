using System.Globalization;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>
/// Has a certificate's staple renewed in the background. Whatever comes instead of a newer one, the present one stays as long as it is valid.
/// <code>
/// waiting -> asking -> waiting            until its certificate is served no more
/// </code>
/// </summary>
/// <param name="staple">The certificate's place.</param>
/// <param name="client">Asks responders.</param>
/// <param name="metrics">Counts.</param>
/// <param name="logger">The transport's.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">Told when an attempt is over.</param>
internal sealed class StapleKeeper(CertificateStaple staple, OcspClient client, StapleMetrics metrics, ILogger logger, TimeProvider time, Action ended) : IDisposable
{
    /// <summary>How often the clock is looked at, at least: it is set, and machines sleep, neither of which a timer notices.</summary>
    internal static readonly TimeSpan OftenEnough = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_looksAtFiles = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _dueByGate = FirstDue(staple, time.GetUtcNow());
    private bool _isAskingByGate;

    // Of the attempt that is being made.
    private FileStamp[]? _files;
    private int _failures;
    private bool _saidNotKept;

    private Staple? _saidOver;

    /// <summary>Makes an attempt if it is time to. One call at a time.</summary>
    /// <returns>When to look again.</returns>
    internal DateTimeOffset Look(DateTimeOffset now)
    {
        SayIfOver(now);
        lock (_gate)
        {
            if (!_isAskingByGate && now >= _dueByGate)
            {
                _isAskingByGate = true;
                _ = Task.Run(RenewAsync, CancellationToken.None);
            }

            var soon = now + OftenEnough;
            return _isAskingByGate || soon < _dueByGate ? soon : _dueByGate;
        }
    }

    /// <summary>Breaks an attempt off and makes no more.</summary>
    public void Dispose() => _stop.Cancel();

    // A response from disk waits for the middle of its life; files of somebody else are looked at from the start on.
    private static DateTimeOffset FirstDue(CertificateStaple staple, DateTimeOffset now) =>
        staple.Files.Length == 0 && staple.Last is { } last && last.ThisUpdate + ((last.Expires - last.ThisUpdate) / 2) > now ? StapleSchedule.Renewal(last, now) : now;

    private async Task RenewAsync()
    {
        var due = time.GetUtcNow() + OftenEnough;
        try
        {
            due = staple.Files.Length > 0 ? LookAtFiles() : await AskAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // On a thread of the pool nobody else could be told, and without its end no staple would ever follow.
            TransportLog.HandlerFailed(logger, e);
        }
        finally
        {
            lock (_gate)
            {
                _dueByGate = due;
                _isAskingByGate = false;
            }

            if (!_stop.IsCancellationRequested)
            {
                ended();
            }
        }
    }

    private DateTimeOffset LookAtFiles()
    {
        var now = time.GetUtcNow();
        var stamps = ResponseFiles.StampsOf(staple);
        if (_files?.AsSpan().SequenceEqual(stamps) != true)
        {
            _files = stamps;
            TakeOver(ResponseFiles.Read(staple, now), now + s_looksAtFiles);
        }

        return now + s_looksAtFiles;
    }

    private async Task<DateTimeOffset> AskAsync()
    {
        var (body, failure) = await client.AskAsync(staple.Responder!, staple.Verifier.MakeRequest(), staple.Timeout, _stop.Token).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var answer = body is null ? failure : staple.Verifier.Read(body, now);
        if (answer.Staple is { } newer && staple.Last is { } last && IsOlder(newer, last))
        {
            answer = OcspAnswer.Failed(OcspResult.Older, $"the OCSP response is of {newer.ThisUpdate:u}, older than the one in use");
        }

        var due = answer.Staple is { } next ? StapleSchedule.Renewal(next, now) : StapleSchedule.Retry(_failures + 1, now);
        TakeOver(answer, due);
        return due;
    }

    // Somebody on the way could answer with what was said before the certificate was revoked.
    private static bool IsOlder(Staple newer, Staple last) =>
        newer.ThisUpdate < last.ThisUpdate || (newer.ThisUpdate == last.ThisUpdate && last.IsRevoked && !newer.IsRevoked);

    private void TakeOver(in OcspAnswer answer, DateTimeOffset due)
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        metrics.Fetched(answer.Result);
        if (answer.Staple is not { } next)
        {
            OnFailure(answer.Problem);
            return;
        }

        var last = staple.Last;
        staple.Replace(next);
        staple.Problem = null;
        if (_failures > 0)
        {
            _failures = 0;
            StapleLog.Back(logger, staple.Subject);
        }

        if (next.IsRevoked && last is not { IsRevoked: true })
        {
            StapleLog.Revoked(logger, staple.Subject);
        }

        StapleLog.Renewed(logger, staple.Subject, Text(next.Expires), Text(due));
        if (staple.Directory is { } directory && last?.Der.SequenceEqual(next.Der) != true)
        {
            Keep(directory, next);
        }
    }

    private void OnFailure(string problem)
    {
        staple.Problem = problem;
        if (_failures++ == 0)
        {
            StapleLog.Failed(logger, staple.Subject, problem, staple.Current(time.GetUtcNow()) is { } present
                ? $"Handshakes carry the present one until {Text(present.Expires)}"
                : "Handshakes carry none");
        }
    }

    private void Keep(string directory, Staple next)
    {
        var problem = StapleFiles.TryWrite(directory, staple.Fingerprint, next.Bytes);
        if (problem is not null && !_saidNotKept)
        {
            StapleLog.NotKept(logger, staple.Subject, directory, problem);
        }

        _saidNotKept = problem is not null;
    }

    private void SayIfOver(DateTimeOffset now)
    {
        if (staple.Last is not { } last || last.IsCurrent(now) || last == _saidOver)
        {
            return;
        }

        _saidOver = last;
        StapleLog.Expired(logger, staple.Subject, Text(last.Expires));
        if (staple.MustStaple)
        {
            StapleLog.MustStapleMissing(logger, staple.Subject, staple.Problem ?? "The next one is being asked for");
        }
    }

    private static string Text(DateTimeOffset at) => at.ToString("u", CultureInfo.InvariantCulture);
}
