using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>A number that one caller in this process tries to claim; others leave it alone until this is disposed.</summary>
internal sealed class VmIdReservation(VmIdReservations owner, VmId id) : IDisposable
{
    private bool _isKept;

    public VmId Id => id;

    /// <summary>Notes that the number is taken now, whoever has it.</summary>
    public void Keep() => _isKept = true;

    public void Dispose() => owner.Release(id.Value, _isKept);
}
