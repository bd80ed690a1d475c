using Aeronet.AspNetCore.Middleware.ConfigReport;

namespace Aeronet.AspNetCore.Middleware.Tests.ConfigReport;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("https://user:pass@host/path", "https://[redacted]@host/path")]
    [InlineData("https://user@host", "https://[redacted]@host")]
    [InlineData("https://user:p@ss@host/x", "https://[redacted]@host/x")]
    [InlineData("https://user:p@s@s@host:8443/a@b", "https://[redacted]@host:8443/a@b")]
    [InlineData("amqp://user:p/w@rd@host/vhost", "amqp://[redacted]@host/vhost")]
    [InlineData("amqp://user:p?w#rd@host", "amqp://[redacted]@host")]
    [InlineData("redis://:secret@host:6379", "redis://[redacted]@host:6379")]
    [InlineData("http://u:p@a;http://v:q@r@b", "http://[redacted]@a;http://[redacted]@b")]
    [InlineData("http://a;http://v:q@b", "http://a;http://[redacted]@b")]
    [InlineData("http://host:8080/x@y", "http://host:8080/x@y")]
    [InlineData("https://host/mail?to=a@b", "https://host/mail?to=a@b")]
    [InlineData("http://*:80;http://[::1]:8080", "http://*:80;http://[::1]:8080")]
    [InlineData("user@example.com", "user@example.com")]
    public void Redact_Url_WholeUserAndPassword(string value, string expected) =>
        Assert.Equal(expected, Secrets.Redact("Aeronet:Any", value, isSecretStore: false));

    // Of an item in a list the last name is a number.
    [Theory]
    [InlineData("X:Password", true)]
    [InlineData("X:Passwords:0", true)]
    [InlineData("X:Tokens:12:3", true)]
    [InlineData("X:Hosts:0", false)]
    [InlineData("X:Password:File", false)]
    [InlineData("0", false)]
    public void Redact_Name_OfTheListForItsItems(string key, bool isSecret) =>
        Assert.Equal(isSecret ? "[redacted]" : "abc", Secrets.Redact(key, "abc", isSecretStore: false));
}
