namespace ProxSharp.Backup.Formats.Catalog;

/// <summary>An entry met on a walk through a catalog.</summary>
/// <param name="Path">Its path from where the walk began: names with slashes between them.</param>
/// <param name="Entry">The entry.</param>
public readonly record struct CatalogItem(ReadOnlyMemory<byte> Path, CatalogEntry Entry);
