using System.Globalization;

namespace ProxSharp.Simulator.Guests;

/// <summary>The interfaces a running guest has, and the addresses they got.</summary>
internal static class GuestNetwork
{
    /// <summary>Name, MAC and address of every interface.</summary>
    public static IEnumerable<GuestInterface> Of(Guest guest)
    {
        foreach ((string key, string value) in guest.Config.Where(static option => option.Key.StartsWith("net", StringComparison.Ordinal) && option.Key.Length > 3 && char.IsAsciiDigit(option.Key[3])))
        {
            string index = key[3..];
            string name = DiskOptions.Get(value, "name") ?? "eth" + index;
            string mac = guest.IsContainer ? DiskOptions.Get(value, "hwaddr") ?? "" : MacOf(value);
            string? wanted = guest.IsContainer ? DiskOptions.Get(value, "ip") : guest.Config.GetValueOrDefault("ipconfig" + index) is { } configured ? DiskOptions.Get(configured, "ip") : null;
            yield return new GuestInterface(name, mac, Address(guest, index, wanted));
        }
    }

    private static string MacOf(string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        int comma = value.IndexOf(',', StringComparison.Ordinal);
        return value[(equals + 1)..(comma < 0 ? value.Length : comma)];
    }

    private static GuestAddress Address(Guest guest, string index, string? wanted)
    {
        if (wanted?.Split('/') is [string address, string prefix] && int.TryParse(prefix, CultureInfo.InvariantCulture, out int length))
        {
            return new GuestAddress(address, length);
        }

        // Whatever hands out addresses in the simulated network gives every guest its own.
        return new GuestAddress(string.Create(CultureInfo.InvariantCulture, $"198.51.{100 + (int.Parse(index, CultureInfo.InvariantCulture) % 100)}.{1 + (guest.VmId % 254)}"), 24);
    }
}
