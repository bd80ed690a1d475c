using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Aeronet.AspNetCore.Showcase.Tests.Deployment;

/// <summary>
/// The Kubernetes manifests have nothing in them that the API's types do not know, name each other rightly, and ask for no right that they do not need.
/// </summary>
public sealed class ManifestTests
{
    private const string Folder = "eng/deploy/kubernetes";

    private static readonly string s_folder = Path.Combine(Repository.Root, Folder);

    private static readonly V1Deployment s_deployment = Load<V1Deployment>("deployment.yaml");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(s_folder, "*.yaml").Select(path => Path.GetFileName(path)).Where(name => name != "kustomization.yaml").Order()];

    private static V1PodSpec Pod => s_deployment.Spec.Template.Spec;

    private static V1Container Container => Assert.Single(Pod.Containers);

    [Theory, MemberData(nameof(Files))]
    public void Manifest_HasNothingThatTheApiDoesNotKnow(string file)
    {
        var loaded = Assert.Single(KubernetesYaml.LoadAllFromString(Repository.Read($"{Folder}/{file}"), strict: true));

        Assert.IsAssignableFrom<IKubernetesObject<V1ObjectMeta>>(loaded);
    }

    [Fact]
    public void Manifest_WithAKeyTooMany_IsRefused() =>
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(
            Repository.Read($"{Folder}/deployment.yaml").Replace("readOnlyRootFilesystem", "readOnlyRootFileSystem", StringComparison.Ordinal), strict: true));

    [Fact]
    public void Kustomization_NamesEveryManifest() =>
        Assert.Equal(
            Files.Select(row => row.Data),
            Repository.Read($"{Folder}/kustomization.yaml").Split('\n').Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).Select(line => line[4..]).Order());

    [Fact]
    public void Manifests_NameEachOther()
    {
        var labels = s_deployment.Spec.Template.Metadata.Labels;
        var service = Load<V1Service>("service.yaml");
        var ports = Container.Ports.Select(port => port.Name).ToList();
        Assert.Equal(labels, s_deployment.Spec.Selector.MatchLabels);
        Assert.Equal(labels, service.Spec.Selector);
        Assert.Equal(labels, Load<V1PodDisruptionBudget>("poddisruptionbudget.yaml").Spec.Selector.MatchLabels);
        Assert.All(service.Spec.Ports, port => Assert.Contains(port.TargetPort.Value, ports));
        Assert.All(Probes(), probe => Assert.Contains(probe.HttpGet.Port.Value, ports));

        var volumes = Pod.Volumes.ToDictionary(volume => volume.Name);
        Assert.Equal(volumes.Keys.Order(), Container.VolumeMounts.Select(mount => mount.Name).Order());
        var settings = Load<V1ConfigMap>("configmap.yaml");
        Assert.Equal(settings.Metadata.Name, volumes["settings"].ConfigMap.Name);
        Assert.Equal(Container.VolumeMounts.Single(mount => mount.Name == "settings").SubPath, Assert.Single(settings.Data).Key);
        Assert.Contains($"secretName: {volumes["certificate"].Secret.SecretName}\n", Repository.Read($"{Folder}/examples/certificate.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Pod_HasNoRightThatItDoesNotNeed()
    {
        Assert.False(Pod.AutomountServiceAccountToken);
        Assert.True(Pod.SecurityContext.RunAsNonRoot);
        Assert.NotEqual(0, Pod.SecurityContext.RunAsUser);
        Assert.Equal("RuntimeDefault", Pod.SecurityContext.SeccompProfile.Type);
        Assert.True(Container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(Container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], Container.SecurityContext.Capabilities.Drop);
        Assert.Null(Container.SecurityContext.Capabilities.Add);
        Assert.All(Container.Ports, port => Assert.True(port.ContainerPort >= 1024));
    }

    [Fact]
    public void Pod_HasTimeToEnd()
    {
        var transport = Settings().RootElement.GetProperty("Aeronet").GetProperty("Transport");
        var needed = Container.Lifecycle.PreStop.Sleep.Seconds + Seconds("DrainDelay") + 30 + Seconds("ShutdownTimeout");

        Assert.True(Pod.TerminationGracePeriodSeconds > needed, $"{Pod.TerminationGracePeriodSeconds} s are given, and {needed} s may be needed.");

        double Seconds(string name) => TimeSpan.Parse(transport.GetProperty(name).GetString()!, null).TotalSeconds;
    }

    [Fact]
    public async Task Settings_StartTheShowcase()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            using var certificate = TestCertificate.Create();
            var files = new Dictionary<string, string>
            {
                ["/run/secrets/tls/tls.crt"] = Write("tls.crt", certificate.ExportCertificatePem()),
                ["/run/secrets/tls/tls.key"] = Write("tls.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
                ["/run/secrets/tickets/secret"] = Write("secret", new string('s', 48)),
                ["/var/cache/app"] = folder,
            };
            var arguments = Flatten(Settings().RootElement, "")
                .Where(setting => !setting.Key.StartsWith("Kestrel:", StringComparison.Ordinal))
                .Select(setting => $"--{setting.Key}={files.GetValueOrDefault(setting.Value, setting.Value)}");
            await using var server = await ShowcaseProcess.StartAsync([.. arguments]);
            using var client = ShowcaseProcess.CreateClient();

            using var redirect = await client.GetAsync(server.Http);
            Assert.Equal(308, (int)redirect.StatusCode);
            using var page = await client.GetAsync(server.Https);
            Assert.Equal(200, (int)page.StatusCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Write(string name, string text)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return path;
        }
    }

    private static IEnumerable<V1Probe> Probes() => [Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe];

    private static JsonDocument Settings() => JsonDocument.Parse(Assert.Single(Load<V1ConfigMap>("configmap.yaml").Data).Value);

    private static T Load<T>(string file) => KubernetesYaml.Deserialize<T>(Repository.Read($"{Folder}/{file}"), strict: true);

    private static IEnumerable<KeyValuePair<string, string>> Flatten(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(property => Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}:{property.Name}"))
        : [new(path, element.ToString())];
}
