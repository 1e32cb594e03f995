using System.Text.Json.Serialization;
using OrleansIM.Accounts;

namespace OrleansIM.Grains.Accounts;

/// <summary>How a relation's change is stored while it waits in an outbox.</summary>
[JsonSerializable(typeof(RelationDelta))]
internal sealed partial class OutboxJson : JsonSerializerContext;
