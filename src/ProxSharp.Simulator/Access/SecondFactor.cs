namespace ProxSharp.Simulator.Access;

/// <summary>A second factor of a user: a one-time password generator or a set of recovery keys.</summary>
internal sealed class SecondFactor(string id, string type, long created)
{
    public string Id { get; } = id;

    /// <summary><c>totp</c> or <c>recovery</c>.</summary>
    public string Type { get; } = type;

    public long Created { get; } = created;

    public string Description { get; set; } = "";

    public bool Enabled { get; set; } = true;

    public byte[] Secret { get; init; } = [];

    /// <summary>The recovery keys; a used one is null.</summary>
    public string?[] RecoveryKeys { get; init; } = [];

    /// <summary>The time step of the last accepted one-time password: it is not accepted twice.</summary>
    public long LastStep { get; set; } = -1;
}
