namespace ProxSharp.Simulator.Rrd;

/// <summary>A curve that looks measured but follows from its name and the time alone: a daily wave, a faster one, no jumps.</summary>
internal sealed class SmoothWave
{
    private const double Day = 86_400;
    private const double Swing = 0.25;
    private const double Ripple = 0.08;

    private readonly double _phase;
    private readonly double _period;

    public SmoothWave(string name)
    {
        // FNV-1a: the same in every process, unlike the runtime's own hash.
        uint hash = 2_166_136_261;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * 16_777_619;
        }

        _phase = hash % 1000 / 1000.0 * 2 * Math.PI;
        _period = 2400 + (hash % 1800);
    }

    /// <summary>A factor around 1 at a moment.</summary>
    public double At(long time) => 1 + (Swing * Math.Sin((2 * Math.PI * time / Day) + _phase)) + (Ripple * Math.Sin((2 * Math.PI * time / _period) + (_phase * 3)));
}
