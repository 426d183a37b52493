using System.Text.Json;
using BenchmarkDotNet.Attributes;
using ProxSharp.Api;
using ProxSharp.Json;
using ProxSharp.Pve.Api;

namespace ProxSharp.Bench;

/// <summary>Reads <c>GET /cluster/resources</c> of a cluster with 20 000 guests (6 MiB) against a source-generated System.Text.Json type.</summary>
[MemoryDiagnoser]
public class ClusterResourcesBenchmarks
{
    private byte[] _json = [];

    /// <summary>Makes the answer once.</summary>
    [GlobalSetup]
    public void Setup() => _json = ClusterResourcesJson.Create(20_000);

    /// <summary>The baseline.</summary>
    [Benchmark(Baseline = true)]
    public int SystemTextJson() => JsonSerializer.Deserialize(_json, PocoContext.Default.PocoEnvelope)!.Data!.Count;

    /// <summary>The generated result type over the forgiving reader.</summary>
    [Benchmark]
    public int ProxSharp()
    {
        ApiJsonReader reader = new(_json);
        reader.EnterObject();
        reader.NextMember();
        IReadOnlyList<ClusterResourcesItem> items = ApiReaders.Objects<ClusterResourcesItem>(ref reader);
        return items.Count;
    }
}
