using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Stapling;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>An endpoint whose settings are read again as they were read first.</summary>
/// <param name="source">Where its settings come from.</param>
/// <param name="first">What was read first.</param>
/// <param name="make">Checks settings in the light of those before, and makes the state of them.</param>
/// <param name="states">Gets the state.</param>
/// <param name="followsChains">Whether OpenSSL is there to find out what is sent with a certificate.</param>
/// <param name="name">The endpoint's address.</param>
/// <param name="isBound">Whether it still listens.</param>
/// <param name="stapler">Keeps staples fresh; null for nobody.</param>
internal sealed class ReloadableTls(
    TlsSource source, TlsSettings first, Func<TlsSettings, TlsState> make, TlsStateHolder states, bool followsChains, Func<string> name, Func<bool> isBound,
    TlsStapler? stapler) : IReloadableEndpoint, IStapledEndpoint
{
    private byte[] _configured = source.Digest();
    private volatile TlsSettings _current = first;
    private volatile ReadFiles _files = first.Files;
    private volatile IReadOnlyList<ServedCertificate> _served = ServedCertificate.Of(first, followsChains);

    public string Name => name();

    public bool IsBound => isBound();

    public TlsSettings Current => _current;

    public IReadOnlyList<ServedCertificate> Served => _served;

    public IEnumerable<HostStaples> Staples => states.Take().Contexts?.Staples ?? [];

    public ReadFiles Files => _files;

    public bool IsConfiguredAnew => !source.Digest().AsSpan().SequenceEqual(_configured);

    public void Reload()
    {
        _configured = source.Digest();
        var settings = source.Read(files => _files = files);
        var served = ServedCertificate.Of(settings, followsChains);
        ServedCertificate.CheckRenewal(settings, _served, served);
        var state = make(settings);
        states.Replace(state);
        _current = settings;
        _served = served;
        stapler?.Look();
    }
}
