namespace ProxSharp.Pbs;

/// <summary>A tape changer. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed partial class TapeChanger
{
    internal TapeChanger(PbsClient client, string name) => (Client, Name) = (client, name);

    /// <summary>The name of the changer in the configuration.</summary>
    public string Name { get; }

    internal PbsClient Client { get; }

    /// <summary>Returns the name of the changer.</summary>
    public override string ToString() => Name;
}
