using System.Text.Json.Serialization;

namespace BenchServer;

[JsonSerializable(typeof(Message))]
internal sealed partial class MessageContext : JsonSerializerContext;
