namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>A machine with slots for tapes, some of which can be taken out without opening it.</summary>
internal sealed class TapeLibrary
{
    private const int SlotCount = 8;
    private const int PortalCount = 2;
    private const int TapeCount = 6;

    public TapeLibrary(int number)
    {
        Slots = new Cartridge?[SlotCount + PortalCount];
        for (int i = 0; i < TapeCount; i++)
        {
            Slots[i] = new Cartridge(FormattableString.Invariant($"SIM{number}{i + 1:00}L8"));
        }
    }

    /// <summary>The slots; the last ones can be reached from outside.</summary>
    public Cartridge?[] Slots { get; }

    /// <summary>True for a slot that can be reached from outside.</summary>
    public static bool IsPortal(int index) => index >= SlotCount;

    /// <summary>A slot by the number that people use, from 1.</summary>
    /// <returns>Its index; null if there is none.</returns>
    public int? Find(long number) => number >= 1 && number <= Slots.Length ? (int)number - 1 : null;
}
