using System.Text;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Checks the options' ranges. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetTransportOptionsValidator(IOptions<HostOptions> host) : IValidateOptions<AeronetTransportOptions>
{
    private const int MinimumBuffer = 4096;
    // unix(7): sun_path has 108 bytes, and ends with a zero.
    private const int LongestSocketPath = 107;
    private const int OneGiB = 1024 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, AeronetTransportOptions options)
    {
        var failures = new List<string>();
        Check(options.EventLoops is >= 1 and <= 1024, nameof(options.EventLoops), options.EventLoops, "1 to 1024, usually the number of processors");
        Check(Enum.IsDefined(options.Dispatch), nameof(options.Dispatch), options.Dispatch, "Adaptive, Inline or ThreadPool");
        Check(
            options.StallThreshold >= TimeSpan.FromMilliseconds(1) && options.StallThreshold <= TimeSpan.FromSeconds(10),
            nameof(options.StallThreshold), options.StallThreshold, "00:00:00.001 to 00:00:10");
        Check(options.MaxStandbyThreads is >= 1 and <= 4096, nameof(options.MaxStandbyThreads), options.MaxStandbyThreads, "1 to 4096");
        Check(options.Backlog >= 1, nameof(options.Backlog), options.Backlog, "1 or more");
        Check(
            options.DeferAccept >= TimeSpan.Zero && options.DeferAccept <= TimeSpan.FromSeconds(60),
            nameof(options.DeferAccept), options.DeferAccept, "00:00:00 (off) to 00:01:00");
        Check(options.MaxReadBufferSize >= MinimumBuffer, nameof(options.MaxReadBufferSize), options.MaxReadBufferSize, "4096 bytes or more");
        Check(options.MaxWriteBufferSize >= MinimumBuffer, nameof(options.MaxWriteBufferSize), options.MaxWriteBufferSize, "4096 bytes or more");
        Check(options.SendChunk is >= MinimumBuffer and <= OneGiB, nameof(options.SendChunk), options.SendChunk, "4096 to 1073741824 bytes");
        Check(
            options.ShutdownTimeout >= TimeSpan.Zero && options.ShutdownTimeout <= TimeSpan.FromMinutes(10),
            nameof(options.ShutdownTimeout), options.ShutdownTimeout, "00:00:00 to 00:10:00");
        var shutdown = host.Value.ShutdownTimeout;
        Check(
            options.DrainDelay == TimeSpan.Zero
                || (options.DrainDelay > TimeSpan.Zero && (options.DrainDelay < shutdown || shutdown == Timeout.InfiniteTimeSpan)),
            nameof(options.DrainDelay), options.DrainDelay,
            FormattableString.Invariant($"00:00:00 (off) to less than HostOptions.ShutdownTimeout, which is {shutdown}, or raise that (the configuration key shutdownTimeoutSeconds)"));
        Check(
            options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= TimeSpan.FromDays(1),
            nameof(options.DrainTimeout), options.DrainTimeout, "00:00:00 to 1.00:00:00");
        Check(
            options.HalfCloseTimeout == Timeout.InfiniteTimeSpan || (options.HalfCloseTimeout >= TimeSpan.Zero && options.HalfCloseTimeout <= TimeSpan.FromDays(1)),
            nameof(options.HalfCloseTimeout), options.HalfCloseTimeout, "00:00:00 to 1.00:00:00, or -00:00:00.001 for never");
        Check(
            options.UnixFileMode is null or (>= 0 and <= (UnixFileMode)0xFFF),
            nameof(options.UnixFileMode), options.UnixFileMode, "an octal mode from 0000 to 7777");
        Check(
            options.HandOver is null || (Path.IsPathRooted(options.HandOver) && Encoding.UTF8.GetByteCount(options.HandOver) <= LongestSocketPath && !options.HandOver.EndsWith('/')),
            nameof(options.HandOver), options.HandOver, "an absolute path of at most 107 bytes for a Unix socket, such as /run/app/handover.sock");
        Check(
            options.HandOverTimeout >= TimeSpan.FromSeconds(1) && options.HandOverTimeout <= TimeSpan.FromHours(1),
            nameof(options.HandOverTimeout), options.HandOverTimeout, "00:00:01 to 01:00:00");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool valid, string key, object? value, string remedy)
        {
            if (!valid)
            {
                failures.Add(PrintableText.Escape(FormattableString.Invariant($"{AeronetTransportOptions.SectionName}:{key} is {value}: use {remedy}.")));
            }
        }
    }
}
