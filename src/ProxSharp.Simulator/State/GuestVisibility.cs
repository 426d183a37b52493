using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Guests;

namespace ProxSharp.Simulator.State;

/// <summary>
/// Answers one caller's question about a privilege for many guests: guests without entries of their own share the answer of their pool.
/// </summary>
internal sealed class GuestVisibility(PveState state, Principal caller, string privilege)
{
    private readonly HashSet<string> _ownEntries = new(
        state.Directory.Acl.Where(static entry => entry.Path.StartsWith("/vms/", StringComparison.Ordinal)).Select(static entry => entry.Path), StringComparer.Ordinal);

    private readonly Dictionary<string, bool> _byPool = new(StringComparer.Ordinal);

    public bool Sees(Guest guest)
    {
        if (caller.IsRoot)
        {
            return true;
        }

        if (_ownEntries.Count > 0 && GuestContext.PathOf(guest.VmId) is { } path && _ownEntries.Contains(path))
        {
            return state.Permissions.Has(caller, path, privilege);
        }

        string pool = guest.Pool ?? "";
        if (!_byPool.TryGetValue(pool, out bool answer))
        {
            _byPool[pool] = answer = state.Permissions.Has(caller, GuestContext.PathOf(guest.VmId), privilege);
        }

        return answer;
    }
}
