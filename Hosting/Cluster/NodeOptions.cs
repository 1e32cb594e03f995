using OrleansIM.Hosting.Tls;

namespace OrleansIM.Hosting.Cluster;

/// <summary>Section <c>Cluster</c>: how this process and the others of a cluster find one another. Read once, at start.</summary>
public sealed class NodeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Cluster";

    /// <summary>
    /// Whether this process is one of several on one PostgreSQL database. Default: false; true for a gateway and with
    /// <c>Roles=backend</c>, which are nothing by themselves.
    /// </summary>
    public bool Enabled { get; set; }

    /// <summary>The cluster's name: processes of one name on one database are one cluster. Default: <c>orleansim</c>.</summary>
    public string Id { get; set; } = "orleansim";

    /// <summary>What this process is called in logs and in the table of members. Default: <c>POD_NAME</c> of the environment, else the host's name and the port.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// The address at which the other processes reach this one: an IP address, or a name of this host. Default:
    /// <c>POD_IP</c> of the environment (Kubernetes' downward API), else this host's only address that is not loopback.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>The port for the other processes. It is for them alone: without <see cref="Tls"/>, who reaches it is one of them. Default: 11111.</summary>
    public int Port { get; set; } = 11_111;

    /// <summary>
    /// How often the others are asked whether they live, and how long their answer may take. Shorter finds the dead
    /// sooner, and takes who is only busy for dead. Default: 1 second.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Answers in a row that may be missing before a process is suspected. Default: 3.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>
    /// How long a gateway that had a process with accounts stays ready without one: longer than the replacement of the
    /// only one takes. One that has not heard of any since its start is not ready at all. Default: 30 seconds.
    /// </summary>
    public TimeSpan BackendPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Mutual TLS between the processes. Default: none, and the port has to be out of everybody else's reach.</summary>
    public NodeTlsOptions Tls { get; set; } = new();

    /// <summary>
    /// The time from the signal to stop to the end: sessions are sent elsewhere (<c>Gateway:DrainSpread</c>,
    /// <c>Gateway:DrainTimeout</c>), turns finish, grains are handed over, entries written. What is not done by then is
    /// cut. Kubernetes' <c>terminationGracePeriodSeconds</c> has to be longer. Default: 30 seconds.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
