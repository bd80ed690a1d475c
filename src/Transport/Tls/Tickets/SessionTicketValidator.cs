using System.Text;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Checks <see cref="SessionTicketOptions"/>.</summary>
internal static class SessionTicketValidator
{
    private const int MostFiles = 16;

    /// <exception cref="InvalidOperationException">The message names the option, the value and what would be right.</exception>
    internal static void Validate(TlsSettings settings)
    {
        var tickets = settings.Options.SessionTickets;
        Check(tickets.Count is >= 1 and <= 8, nameof(tickets.Count), $"is {tickets.Count}: use 1 to 8, or Enabled=false for no tickets.");
        Check(
            tickets.Lifetime >= TimeSpan.FromSeconds(1) && tickets.Lifetime <= TimeSpan.FromDays(7),
            nameof(tickets.Lifetime), $"is {tickets.Lifetime}: use 00:00:01 to 7.00:00:00.");
        Check(
            tickets.Rotation >= TimeSpan.FromSeconds(10) && tickets.Rotation <= TimeSpan.FromDays(30),
            nameof(tickets.Rotation), $"is {tickets.Rotation}: use 00:00:10 to 30.00:00:00.");
        Check(tickets.Window is >= 3 and <= 16, nameof(tickets.Window), $"is {tickets.Window}: use 3 to 16.");
        ValidateKeys(tickets.Keys);

        void ValidateKeys(SessionTicketKeyOptions keys)
        {
            var isFile = keys.Source == SessionTicketKeySource.File;
            var hasSecret = keys.Secret is not null || keys.SecretFile is not null;
            Check(Enum.IsDefined(keys.Source), "Keys:Source", $"is {keys.Source}: use Process, File, Secret or DistributedCache.");
            Check(
                keys.PollInterval >= TimeSpan.FromSeconds(1) && keys.PollInterval <= TimeSpan.FromHours(1),
                "Keys:PollInterval", $"is {keys.PollInterval}: use 00:00:01 to 01:00:00.");
            Check(!isFile || keys.Files.Count is >= 1 and <= MostFiles, "Keys:Files", $"has {keys.Files.Count} files, and Source is File: give it 1 to {MostFiles}.");
            Check(isFile || keys.Files.Count == 0, "Keys:Files", $"is for Source File, and Source is {keys.Source}: set it to File, or remove Files.");
            Check(keys.Files.All(file => !string.IsNullOrWhiteSpace(file)), "Keys:Files", "has an empty path: give it a file, or remove it.");
            Check(
                keys.Files.Distinct(StringComparer.Ordinal).Count() == keys.Files.Count, "Keys:Files", "has a file twice: leave one out.");
            Check(keys.Source != SessionTicketKeySource.Secret || hasSecret, "Keys:Secret", "is not set, and Source is Secret: set it or SecretFile.");
            Check(
                !hasSecret || keys.Source is SessionTicketKeySource.Secret or SessionTicketKeySource.DistributedCache,
                keys.Secret is null ? "Keys:SecretFile" : "Keys:Secret", $"is for Source Secret or DistributedCache, and Source is {keys.Source}: set it, or remove the secret.");
            Check(
                tickets.ClientCertificates != true || keys.Source != SessionTicketKeySource.DistributedCache || hasSecret,
                "ClientCertificates", "is true, and Keys:Source is DistributedCache without a secret, so that who writes the cache could pass for any client: set Keys:SecretFile, or remove it.");
            Check(keys.Secret is null || keys.SecretFile is null, "Keys:SecretFile", $"is '{keys.SecretFile}', and Secret is set too: remove one.");
            Check(
                keys.Secret is null || Encoding.UTF8.GetByteCount(keys.Secret) is >= SharedSecret.MinLength and <= SharedSecret.MaxLength,
                "Keys:Secret", $"has {Encoding.UTF8.GetByteCount(keys.Secret ?? "")} bytes: use 32 to 4096, random ones (openssl rand -base64 48).");
            Check(!string.IsNullOrWhiteSpace(keys.CachePrefix), "Keys:CachePrefix", "is empty: give it a text, such as aeronet:tls:tickets.");
        }

        void Check(bool valid, string option, string problem)
        {
            if (!valid)
            {
                throw new InvalidOperationException($"{settings.NameOf($"SessionTickets:{option}")} {problem}");
            }
        }
    }
}
