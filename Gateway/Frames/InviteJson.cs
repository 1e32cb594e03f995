using System.Text.Json;
using OrleansIM.Invites;

namespace OrleansIM.Gateway.Frames;

/// <summary>Invites as operators and an app's servers make and see them.</summary>
internal static class InviteJson
{
    private const int MaxUses = 10_000;
    private const int MaxNote = 200;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    /// <summary>What a request may have.</summary>
    public static string[] Fields { get; } = ["uses", "lifetimeSeconds", "note"];

    /// <summary>The fields of a request; what is left out makes one account within a week.</summary>
    public static CreateInvite Read(JsonFields body) => new()
    {
        Uses = (int)(body.OptionalNumber("uses"u8, 1, MaxUses) ?? 1),
        Lifetime = TimeSpan.FromSeconds(body.OptionalNumber("lifetimeSeconds"u8, 60, (long)s_longest.TotalSeconds) ?? s_lifetime.TotalSeconds),
        Note = body.OptionalText("note"u8, MaxNote, oneLine: true),
    };

    public static void Write(Utf8JsonWriter json, NewInvite invite)
    {
        json.WriteString("code"u8, invite.Code);
        Write(json, invite.Invite);
    }

    public static void Write(Utf8JsonWriter json, InviteInfo invite)
    {
        json.WriteString("invite"u8, invite.Id);
        json.WriteNumber("uses"u8, invite.Uses);
        json.WriteNumber("used"u8, invite.Used);
        json.WriteTime("createdAt"u8, invite.CreatedAt);
        json.WriteTime("endsAt"u8, invite.EndsAt);
        json.WriteOptional("note"u8, invite.Note);
        json.WriteOptional("madeBy"u8, invite.MadeBy);
        json.WriteOptional("prefix"u8, invite.Prefix.Length == 0 ? null : invite.Prefix);
    }
}
