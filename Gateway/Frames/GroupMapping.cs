using System.Text.Json;
using OrleansIM.Groups;

namespace OrleansIM.Gateway.Frames;

/// <summary>What groups look like to a client.</summary>
internal static class GroupMapping
{
    public static string Name(GroupRole role) => role switch
    {
        GroupRole.Owner => "owner",
        GroupRole.Admin => "admin",
        _ => "member",
    };

    public static void WriteDetails(Utf8JsonWriter json, GroupDetails group)
    {
        json.WriteStartObject("group"u8);
        json.WriteString("id"u8, group.Id);
        json.WriteString("name"u8, group.Name);
        json.WriteBoolean("memberInvites"u8, group.MemberInvites);
        json.WriteTime("createdAt"u8, group.CreatedAt);
        json.WriteStartArray("members"u8);
        foreach (var member in group.Members)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, member.Account);
            json.WriteString("role"u8, Name(member.Role));
            json.WriteTime("since"u8, member.Since);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteInvited(Utf8JsonWriter json, GroupInvited invited)
    {
        WriteDetails(json, invited.Group);
        json.WriteStartArray("added"u8);
        foreach (var account in invited.Added)
        {
            json.WriteStringValue(account);
        }

        json.WriteEndArray();
        json.WriteStartArray("rejected"u8);
        foreach (var rejection in invited.Rejected)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, rejection.Account);
            json.WriteString("reason"u8, rejection.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteSummaries(Utf8JsonWriter json, GroupSummary[] groups)
    {
        json.WriteStartArray("groups"u8);
        foreach (var group in groups)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, group.Id);
            json.WriteString("name"u8, group.Name);
            json.WriteString("role"u8, Name(group.Role));
            json.WriteNumber("members"u8, group.Members);
            if (group.Mentions > 0)
            {
                json.WriteNumber("mentions"u8, group.Mentions);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
