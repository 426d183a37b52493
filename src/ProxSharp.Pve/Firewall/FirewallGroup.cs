namespace ProxSharp.Pve.Firewall;

/// <summary>A security group. The handle holds its name; nothing is sent until a method is called.</summary>
public sealed class FirewallGroup
{
    internal FirewallGroup(PveClient client, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Rules = new FirewallRules(new FixedScope(client, FirewallPaths.Group, "group", name));
    }

    /// <summary>The name of the group.</summary>
    public string Name { get; }

    /// <summary>Its rules.</summary>
    public FirewallRules Rules { get; }

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;
}
