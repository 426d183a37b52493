using System.Diagnostics;
using System.Globalization;
using ProxSharp.Cli.Doctor;

namespace ProxSharp.Cli.Tests;

/// <summary>Rights on single guests, of which there may be as many as there are guests.</summary>
public sealed class HeldScopesTests
{
    private static readonly Ability s_ability = new("see guests", "/vms", "VM.Audit", "PVEAuditor");

    [Fact]
    public void Describe_RightsOnManyGuests_NamesTheFirstOnes()
    {
        Dictionary<string, HashSet<string>> held = new(StringComparer.Ordinal);
        for (int guest = 100; guest < 40_100; guest++)
        {
            held[string.Create(CultureInfo.InvariantCulture, $"/vms/{guest}")] = ["VM.Audit"];
        }

        long start = Stopwatch.GetTimestamp();
        string? text = new HeldScopes(held, new Dictionary<string, string>()).Describe(s_ability);

        Assert.Equal("40000 of them, on /vms/100, /vms/101, /vms/102, /vms/103 and 39996 more", text);

        // To hold each against each took half a minute; the tests share the machine with others.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void Describe_RightsOnAPoolAndItsGuests_NamesThePoolAlone()
    {
        Dictionary<string, HashSet<string>> held = new(StringComparer.Ordinal)
        {
            ["/pool/a"] = ["VM.Audit"],
            ["/pool/a/b"] = ["VM.Audit"],
            ["/vms/100"] = ["VM.Audit"],
            ["/vms/200"] = ["VM.Audit"],
        };

        Assert.Equal(
            "2 of them, on /pool/a, /vms/200",
            new HeldScopes(held, new Dictionary<string, string> { ["/vms/100"] = "/pool/a" }).Describe(s_ability));
    }
}
