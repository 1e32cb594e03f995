using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>The devices an account is signed in on.</content>
public sealed partial class ImClient
{
    /// <summary>Lists the sessions of an account.</summary>
    /// <param name="as">The account.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<DeviceSession>> ListSessionsAsync(string @as, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        return AskAsync<IReadOnlyList<DeviceSession>>(
            "sessions.list",
            writer => writer.WriteString("as", @as),
            ok => [.. ok.List("sessions").Select(Read)],
            ct);

        DeviceSession Read(JsonElement element)
        {
            var session = element.As(ImJson.Default.DeviceSession);
            return session with { Current = session.Current || session.Session == SessionId };
        }
    }

    /// <summary>
    /// Lists everything that gets at an account, the oldest first: its sessions and, of the account that signed in, the devices
    /// that are signed in and not connected, and its app passwords.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<Device>> ListDevicesAsync(string @as, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        return AskAsync<IReadOnlyList<Device>>(
            "devices.list",
            writer => writer.WriteString("as", @as),
            static ok => [.. ok.List("devices").Select(device => device.As(ImJson.Default.Device))],
            ct);
    }

    /// <summary>Shuts one out: signs the session or device out, or revokes the app password.</summary>
    /// <param name="as">The account.</param>
    /// <param name="device">One of <see cref="ListDevicesAsync"/>.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task RevokeDeviceAsync(string @as, Device device, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(device);
        return device.Kind == Device.AppPasswordKind
            ? RevokeAppPasswordAsync(@as, device.Id, ct)
            : AskAsync(
                "sessions.end",
                writer =>
                {
                    writer.WriteString("as", @as);
                    writer.WriteString("session", device.Id);
                },
                static _ => true,
                ct);
    }

    /// <summary>Ends a session: that device is signed out.</summary>
    /// <param name="session">Its id, from <see cref="ListSessionsAsync"/>.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task EndSessionAsync(string session, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return AskAsync("sessions.end", writer => writer.WriteString("session", session), static _ => true, ct);
    }
}
