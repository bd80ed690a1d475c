using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>
/// Asks the application's <see cref="ITlsRevocationChecker"/>, once for all handshakes with a certificate, waits for it no longer than the options allow, and
/// keeps its answers for a while. No lock is held while the application is asked.
/// </summary>
internal sealed class RevocationChecks(ITlsRevocationChecker checker, RevocationMetrics metrics, ILogger logger, TimeProvider time)
{
    // Whoever has certificates of a trusted authority has at most these remembered at a time: some 3 MB.
    private const int MaxAnswers = 10_000;

    private static readonly TimeSpan s_longestUnknown = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<UInt128, Answer> _answers = new();

    /// <summary>Waits for the answer about a certificate. Never throws. Not on a loop.</summary>
    /// <param name="certificate">The client's, DER.</param>
    /// <param name="issuer">Its issuer's, DER; null when it has none.</param>
    /// <param name="options">How long to wait, and to keep the answer.</param>
    internal TlsRevocationStatus Ask(byte[] certificate, byte[]? issuer, AeronetTlsRevocationOptions options)
    {
        var answer = Find(KeyOf(certificate, issuer), certificate, issuer, options);

        // No longer than the first who asked: a checker may not mind its token. The answer is the same for all who wait.
        return answer.Task.Wait(options.CheckTimeout + TimeSpan.FromMilliseconds(100)) ? answer.Task.Result : TlsRevocationStatus.Unknown;
    }

    private Answer Find(UInt128 key, byte[] certificate, byte[]? issuer, AeronetTlsRevocationOptions options)
    {
        while (true)
        {
            if (_answers.TryGetValue(key, out var known) && !known.IsOver(time.GetUtcNow()))
            {
                return known;
            }

            MakeRoom();
            var next = new Answer();
            if (known is null ? _answers.TryAdd(key, next) : _answers.TryUpdate(key, next, known))
            {
                _ = Task.Run(() => AskAsync(next, certificate, issuer, options));
                return next;
            }
        }
    }

    private async Task AskAsync(Answer answer, byte[] certificate, byte[]? issuer, AeronetTlsRevocationOptions options)
    {
        var status = TlsRevocationStatus.Unknown;
        var result = "unknown";
        try
        {
            var query = new TlsRevocationQuery(X509CertificateLoader.LoadCertificate(certificate), issuer is null ? null : X509CertificateLoader.LoadCertificate(issuer));
            (status, result) = await AskCheckerAsync(query, options.CheckTimeout).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A logger that throws, too: the answer is that nobody can say.
            result = "failed";
        }
        finally
        {
            var lifetime = options.CheckLifetime;
            answer.End(status, time.GetUtcNow() + (status == TlsRevocationStatus.Unknown && lifetime > s_longestUnknown ? s_longestUnknown : lifetime));
            metrics.Checked(result);
        }
    }

    private async Task<(TlsRevocationStatus Status, string Result)> AskCheckerAsync(TlsRevocationQuery query, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            // On a thread of its own: it may block instead of waiting.
            var status = await Task.Run(() => checker.CheckAsync(query, limit.Token).AsTask(), CancellationToken.None).WaitAsync(limit.Token).ConfigureAwait(false);
            return status switch
            {
                TlsRevocationStatus.Good => (status, "good"),
                TlsRevocationStatus.Revoked => (status, "revoked"),
                _ => (TlsRevocationStatus.Unknown, "unknown"),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            RevocationLog.CheckTimedOut(logger, timeout, query.Certificate.Subject);
            return (TlsRevocationStatus.Unknown, "timeout");
        }
        catch (Exception failure)
        {
            RevocationLog.CheckFailed(logger, query.Certificate.Subject, failure);
            return (TlsRevocationStatus.Unknown, "failed");
        }
    }

    private void MakeRoom()
    {
        if (_answers.Count < MaxAnswers)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var (key, answer) in _answers)
        {
            if (answer.IsOver(now))
            {
                _answers.TryRemove(key, out _);
            }
        }

        // All in use: whichever comes first goes, and is asked about again.
        foreach (var (key, _) in _answers.Take(Math.Max(0, _answers.Count - (MaxAnswers / 2))))
        {
            _answers.TryRemove(key, out _);
        }
    }

    private static UInt128 KeyOf(byte[] certificate, byte[]? issuer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(certificate);
        hash.AppendData(issuer ?? []);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private sealed class Answer
    {
        private readonly TaskCompletionSource<TlsRevocationStatus> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _overByTicks = long.MaxValue;

        internal Task<TlsRevocationStatus> Task => _source.Task;

        internal bool IsOver(DateTimeOffset now) => now.UtcTicks >= Volatile.Read(ref _overByTicks);

        internal void End(TlsRevocationStatus status, DateTimeOffset until)
        {
            Volatile.Write(ref _overByTicks, until.UtcTicks);
            _source.TrySetResult(status);
        }
    }
}
