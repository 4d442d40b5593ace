# The picture of scripts/plot: folder/ENCODING.dat has `deviation bytes policies` on each line.
set terminal svg size 1200,900 dynamic enhanced background '#ffffff' font 'sans-serif,13'
set output output_file
set encoding utf8

set logscale xy
set xrange [0.006:20]
set yrange [1.5:220]
set xtics add ('0.01' 0.01, '0.03' 0.03, '0.1' 0.1, '0.3' 0.3, '1' 1, '3' 3, '10' 10)
set ytics add ('2' 2, '3' 3, '5' 5, '10' 10, '20' 20, '30' 30, '50' 50, '100' 100, '200' 200)
set grid xtics ytics linecolor '#e5e7eb' linetype 1
set border 3 linecolor '#6b7280'
set tics nomirror textcolor '#374151'
set title "Point batching: what is sent against what is lost" font ',17' textcolor '#111827'
set xlabel 'Deviation of the redrawn line from the input, 99th percentile, px' textcolor '#111827'
set ylabel 'Bytes on the connection per raw input point' textcolor '#111827'
set key at graph 0.985, graph 0.52 top right reverse Left spacing 1.3 width 2 textcolor '#111827'

# Left of the point or right of it, so that neighbouring series do not write over each other.
series = 'json-event json msgpack binary'
title_of(name) = name eq 'json-event' ? 'one JSON event per point' : \
                 name eq 'json' ? 'JSON arrays' : name eq 'msgpack' ? 'MessagePack' : 'our binary'
colour(name) = name eq 'json-event' ? 0xb91c1c : name eq 'json' ? 0xb45309 : \
               name eq 'msgpack' ? 0x1d4ed8 : 0x047857
shape(name) = name eq 'json-event' ? 9 : name eq 'json' ? 5 : name eq 'msgpack' ? 13 : 7
file(name) = folder.'/'.name.'.dat'
present = ''
do for [name in series] {
  if (system("test -f '".file(name)."' && echo 1") eq '1') { present = present.' '.name }
}
is_left(name, x) = name eq 'msgpack' ? x > 0.1 : name eq 'json-event' ? 0 : x < 0.1

plot for [name in present] file(name) using 1:2 with points pointtype shape(name) \
         pointsize 1.1 linecolor rgb colour(name) title title_of(name), \
     for [name in present] file(name) using (is_left(name, $1) ? $1 : NaN):2:3 with labels \
         right offset -0.9,0 font ',10' textcolor rgb colour(name) notitle, \
     for [name in present] file(name) using (is_left(name, $1) ? NaN : $1):2:3 with labels \
         left offset 0.9,0 font ',10' textcolor rgb colour(name) notitle
