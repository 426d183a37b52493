using System.Collections;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>The chunks of an index as a list.</summary>
internal sealed class IndexChunkList(IChunkIndex index) : IReadOnlyList<IndexChunk>
{
    public int Count => index.Count;

    public IndexChunk this[int position] => index[position];

    public IEnumerator<IndexChunk> GetEnumerator()
    {
        for (int i = 0; i < index.Count; i++)
            yield return index[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
