using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Where the settings of an endpoint are read from, as often as they are.</summary>
/// <param name="configuration">The section; null where there is none.</param>
/// <param name="read">Reads it, notes the files it names, and has the code change what was read.</param>
internal sealed class TlsSource(IConfiguration? configuration, Func<ReadFiles, TlsSettings> read)
{
    // Files that change all the time are somebody's mistake, and what is wrong with them is said.
    private const int MaxReadings = 5;

    /// <summary>
    /// Reads everything of one generation: again where a file became another while the others were read, such as certificate and key
    /// by a swap of the directory they are in.
    /// </summary>
    /// <param name="found">Gets the files of the reading, also of one that fails.</param>
    /// <exception cref="Exception">What is there cannot be used.</exception>
    internal TlsSettings Read(Action<ReadFiles>? found = null)
    {
        for (var reading = 1; ; reading++)
        {
            var files = new ReadFiles();
            try
            {
                var settings = read(files);
                if (reading == MaxReadings || !files.HaveChanged)
                {
                    found?.Invoke(files);
                    return settings;
                }
            }
            catch (Exception) when (reading < MaxReadings && files.HaveChanged)
            {
            }
            catch (Exception)
            {
                found?.Invoke(files);
                throw;
            }
        }
    }

    /// <summary>What tells the section's present content from another; its secrets cannot be read from it.</summary>
    internal byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in configuration?.AsEnumerable().OrderBy(pair => pair.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, string?>>())
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key} {value?.Length ?? -1} {value} "));
        }

        return hash.GetHashAndReset();
    }
}
