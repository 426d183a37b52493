namespace ProxSharp.Pbs;

/// <summary>A tape drive. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed partial class TapeDrive
{
    internal TapeDrive(PbsClient client, string name) => (Client, Name) = (client, name);

    /// <summary>The name of the drive in the configuration.</summary>
    public string Name { get; }

    internal PbsClient Client { get; }

    /// <summary>Returns the name of the drive.</summary>
    public override string ToString() => Name;
}
