using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>The door of the room: the keys of an application, one <see cref="TicketKeyRing"/> for all endpoints with the same settings.</summary>
internal sealed class TicketKeyRings(IServiceProvider services, ILoggerFactory loggers, TicketMetrics metrics) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TicketKeyKeeper> _keepers = [];

    /// <summary>The keys of an endpoint that gives out tickets.</summary>
    /// <param name="settings">The endpoint's.</param>
    /// <param name="contentRoot">Where relative paths begin.</param>
    /// <exception cref="InvalidOperationException">There are no keys to begin with; the message names option, value and remedy.</exception>
    internal TicketKeyRing For(TlsSettings settings, string contentRoot)
    {
        var tickets = settings.Options.SessionTickets;
        lock (_gate)
        {
            var identity = IdentityOf(tickets);
            if (!_keepers.TryGetValue(identity, out var keeper))
            {
                keeper = Create(settings, tickets, contentRoot);
                _keepers.Add(identity, keeper);
            }

            return keeper.Ring;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var keeper in _keepers.Values)
            {
                keeper.Dispose();
            }

            _keepers.Clear();
        }
    }

    private TicketKeyKeeper Create(TlsSettings settings, SessionTicketOptions tickets, string contentRoot)
    {
        var keys = tickets.Keys;
        var accepts = keys.Source switch
        {
            SessionTicketKeySource.File => (TimeSpan?)null,
            SessionTicketKeySource.Process => (tickets.Window - 1) * tickets.Rotation,
            _ => (tickets.Window - 2) * tickets.Rotation,
        };
        var logger = TransportLog.CreateLogger(loggers);
        if (keys is { Source: SessionTicketKeySource.DistributedCache, Secret: null, SecretFile: null })
        {
            TransportLog.TicketKeysUnsealed(logger, settings.NameOf("SessionTickets:Keys:Source"));
        }

        var ring = new TicketKeyRing(keys.Source == SessionTicketKeySource.File ? null : tickets.Rotation, accepts);
        ITicketKeySource source = keys.Source switch
        {
            SessionTicketKeySource.File => new FileKeySource([.. keys.Files.Select(path => Path.Combine(contentRoot, path))], keys.PollInterval),
            SessionTicketKeySource.Secret => new SecretKeySource(SecretOf(settings, keys, contentRoot)!, tickets.Rotation, tickets.Window),
            SessionTicketKeySource.DistributedCache => new CacheKeySource(
                CacheOf(settings), new CachedKeyFormat(SecretOf(settings, keys, contentRoot)), keys.CachePrefix, tickets.Rotation, tickets.Window, keys.PollInterval),
            _ => new ProcessKeySource(tickets.Rotation, tickets.Window),
        };
        try
        {
            return new TicketKeyKeeper(source, ring, metrics, logger, services.GetService<TimeProvider>() ?? TimeProvider.System);
        }
        catch (InvalidOperationException e) when (keys.Source == SessionTicketKeySource.File)
        {
            throw new InvalidOperationException($"{settings.NameOf("SessionTickets:Keys:Files")} has {e.Message}", e);
        }
    }

    private IDistributedCache CacheOf(TlsSettings settings) => services.GetService<IDistributedCache>()
        ?? throw new InvalidOperationException(
            $"{settings.NameOf("SessionTickets:Keys:Source")} is DistributedCache, and no IDistributedCache is in the services: add one that servers share (AddStackExchangeRedisCache, AddDistributedSqlServerCache), or use Secret.");

    private static SharedSecret? SecretOf(TlsSettings settings, SessionTicketKeyOptions keys, string contentRoot)
    {
        byte[] bytes;
        if (keys.SecretFile is { } file)
        {
            var path = Path.Combine(contentRoot, file);
            try
            {
                bytes = TicketKeyFile.ReadSecret(path);
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"{settings.NameOf("SessionTickets:Keys:SecretFile")} is {e.Message}", e);
            }
        }
        else if (keys.Secret is { } text)
        {
            bytes = Encoding.UTF8.GetBytes(text);
        }
        else
        {
            return null;
        }

        var secret = new SharedSecret(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret;
    }

    // The secret by its digest: a dictionary's key lives as long as the application.
    private static string IdentityOf(SessionTicketOptions tickets)
    {
        var keys = tickets.Keys;
        var isFile = keys.Source == SessionTicketKeySource.File;
        return string.Join(
            '\n',
            keys.Source, isFile ? default : tickets.Rotation, isFile ? 0 : tickets.Window, keys.PollInterval, keys.CachePrefix, keys.SecretFile,
            keys.Secret is null ? "" : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(keys.Secret))), string.Join('\n', keys.Files));
    }
}
