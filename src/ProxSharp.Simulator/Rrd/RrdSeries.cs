using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Rrd;

/// <summary>Makes the answer to a question for a time series.</summary>
internal static class RrdSeries
{
    private const double PeakFactor = 1.15;

    /// <summary>Makes the samples of the timeframe that is asked for. Before an object existed there are only times, as on real servers.</summary>
    /// <param name="call">The call, with its timeframe and function.</param>
    /// <param name="now">The end.</param>
    /// <param name="name">Gives the curve its shape.</param>
    /// <param name="since">When the object came into being.</param>
    /// <param name="fill">Fills a sample of a moment (Unix seconds) with a factor around 1.</param>
    public static ApiReply Of(ApiCall call, DateTimeOffset now, string name, DateTimeOffset since, Action<JsonObject, long, double> fill)
    {
        RrdWindow window = RrdWindow.Of(call.Required("timeframe"), now);
        SmoothWave wave = new(name);
        double peak = call.Text("cf") == "MAX" ? PeakFactor : 1;
        JsonArray samples = [];
        for (int i = 0; i < window.Count; i++)
        {
            long time = window.First + ((long)i * window.Step);
            JsonObject sample = new() { ["time"] = time };

            // Proxmox: members without a value are left out, the time never is.
            if (time >= since.ToUnixTimeSeconds())
            {
                fill(sample, time, wave.At(time) * peak);
            }

            samples.Add((JsonNode)sample);
        }

        return ApiReply.Of(samples);
    }
}
