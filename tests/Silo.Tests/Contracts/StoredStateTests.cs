using System.Text.Json.Nodes;
using OrleansIM.Grains;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Invites;
using OrleansIM.Grains.Keys;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Grains.Service;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Contracts;

/// <summary>What an earlier version has stored this one reads: nothing rewrites the rows at an upgrade.</summary>
public sealed class StoredStateTests
{
    private const string Kind = "state";

    private static readonly JsonGrainStorageSerializer s_serializer = new();

    private static readonly Type[] s_states =
    [
        typeof(AccountRecord), typeof(AccountSnapshot), typeof(GroupSnapshot), typeof(InvitesState), typeof(KeyRotationState), typeof(LinkGroupState), typeof(MailboxContacts), typeof(MailboxMail), typeof(MailboxRecord), typeof(ServiceCredentialsState),
    ];

    [Fact]
    public void States_OfEarlierVersions_AreReadWithEverythingInThem()
    {
        foreach (var line in ContractFile.Read(Kind))
        {
            var type = Assert.Single(s_states, state => state.Name == line[0]);
            var now = Write(Read(type, line[1]), type);
            Assert.True(Sampler.Covers(JsonNode.Parse(now), JsonNode.Parse(line[1])), $"{line[0]} was stored as\n{line[1]}\nand comes back as\n{now}");
        }
    }

    [Fact]
    public void States_OfThisVersion_AreInTheFile()
    {
        var known = ContractFile.Read(Kind).Select(line => (line[0], line[1])).ToHashSet();
        ContractFile.Require(
            Kind, s_states.Select(type => (type.Name, Text: Write(Sampler.Make(type, "state"), type))).Where(state => !known.Contains(state)).Select(state => (string[])[state.Name, state.Text]));
    }

    [Fact]
    public void States_AreAllThoseThatGrainsHave()
    {
        var used = typeof(GrainsSetup).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors())
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType)
            .Where(type => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IPersistentState<>) || type.GetGenericTypeDefinition() == typeof(StateStore<>)))
            .Select(type => type.GetGenericArguments()[0].Name)
            .Distinct()
            .Order(StringComparer.Ordinal);
        Assert.Equal(s_states.Select(type => type.Name).Order(StringComparer.Ordinal), used);
    }

    private static object? Read(Type type, string text) =>
        typeof(JsonGrainStorageSerializer).GetMethod("Deserialize")!.MakeGenericMethod(type).Invoke(s_serializer, [BinaryData.FromString(text)]);

    private static string Write(object? state, Type type) =>
        typeof(JsonGrainStorageSerializer).GetMethod("Serialize")!.MakeGenericMethod(type).Invoke(s_serializer, [state])!.ToString()!;
}
